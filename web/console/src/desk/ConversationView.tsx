/** One conversation: how fast it was answered, what was said, the box to answer in. */

import type { Conversation, Desk } from "@firstreply/sdk/agent";
import { Button } from "@mantine/core";
import { useState } from "react";
import { span } from "../format.ts";
import { Countdown } from "../kit/Countdown.tsx";
import { clockFrom, promisedMs } from "../kit/promised.ts";
import { Composer } from "./Composer.tsx";
import { nameOfConversation } from "./names.ts";
import { Over } from "./Over.tsx";
import { PromiseDialog } from "./PromiseDialog.tsx";
import { Transcript } from "./Transcript.tsx";
import { TransferDialog } from "./TransferDialog.tsx";
import type { WorkActions } from "./useWork.ts";

interface Props {
  readonly conversation: Conversation;
  readonly desk: Desk;
  readonly actions: WorkActions;
}

export function ConversationView({ conversation, desk, actions }: Props) {
  const mine = conversation.standing === "mine";
  const [dialog, show] = useState<"transfer" | "promise" | null>(null);
  const shared = { id: conversation.id, actions, onClose: () => show(null) };
  return (
    <section className="conversation" aria-label={nameOfConversation(conversation)}>
      <header className="conversation-head">
        <h1 dir="auto" title={nameOfConversation(conversation)}>
          {nameOfConversation(conversation)}
        </h1>
        <FirstResponse conversation={conversation} desk={desk} />
        <Transfers count={conversation.routing.transfers} />
        {mine && (
          <>
            <Button variant="default" aria-label="Pass conversation on" onClick={() => show("transfer")}>
              Pass on
            </Button>
            <Button variant="default" aria-label="Close with a follow-up" onClick={() => show("promise")}>
              Promise
            </Button>
          </>
        )}
        {mine && (
          <Button
            variant="default"
            aria-label="Close conversation"
            onClick={() => void actions.close(conversation.id)}
          >
            Close
          </Button>
        )}
      </header>
      {mine && dialog === "transfer" && <TransferDialog {...shared} />}
      {mine && dialog === "promise" && <PromiseDialog {...shared} />}
      <Transcript conversation={conversation} me={desk.agent.id} />
      {mine ? (
        <Composer conversation={conversation} me={desk.agent.name} actions={actions} />
      ) : (
        <Over conversation={conversation} actions={actions} skewMs={desk.skewMs} />
      )}
    </section>
  );
}

function Transfers({ count }: { count: number }) {
  if (count === 0) return null;
  return <p className="response">{count === 1 ? "Passed on once" : `Passed on ${count} times`}</p>;
}

/** The clock of the promise: running until the first human words are committed, then its measure. */
function FirstResponse({ conversation, desk }: Omit<Props, "actions">) {
  const { routing, standing } = conversation;
  if (routing.first_response_ms !== null) {
    const promised = promisedMs(routing);
    const kept = routing.first_response_ms <= promised;
    return (
      <p className={kept ? "response response-kept" : "response response-missed"}>
        <span className="response-words">First response </span>
        <b>{span(routing.first_response_ms)}</b>
        {!kept && <span className="response-words">{` (promised ${span(promised)})`}</span>}
      </p>
    );
  }
  if (standing !== "mine") return <p className="response">No response was sent</p>;
  return (
    <p className="response">
      <span className="response-words">Answer now </span>
      <Countdown from={clockFrom(routing)} until={routing.respond_by} skewMs={desk.skewMs} />
    </p>
  );
}
