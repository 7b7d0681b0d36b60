/** Work that lives elsewhere, taken by this agent: the way to it, and the word that it is done. */

import type { Conversation, Desk } from "@firstreply/sdk/agent";
import type { RoutedWork } from "@firstreply/sdk/contracts";
import { Button } from "@mantine/core";
import { useState } from "react";
import { span } from "../format.ts";
import { nameOfConversation } from "./names.ts";
import { Over } from "./Over.tsx";
import { TransferDialog } from "./TransferDialog.tsx";
import type { WorkActions } from "./useWork.ts";
import { WorkFacts } from "./WorkFacts.tsx";

interface Props {
  readonly conversation: Conversation;
  readonly work: RoutedWork;
  readonly desk: Desk;
  readonly actions: WorkActions;
}

export function WorkView({ conversation, work, desk, actions }: Props) {
  const { id, routing, standing } = conversation;
  const mine = standing === "mine";
  const name = nameOfConversation(conversation);
  const promised = work.kind === "follow_up";
  const [passing, pass] = useState(false);
  return (
    <section className="conversation" aria-label={name}>
      <header className="conversation-head">
        <h1 dir="auto" title={name}>
          {name}
        </h1>
        {routing.queue_wait_ms !== null && (
          <p className="response">
            <span className="response-words">Taken after </span>
            <b>{span(routing.queue_wait_ms)}</b>
          </p>
        )}
        {mine && (
          <>
            <Button variant="default" aria-label="Pass this work on" onClick={() => pass(true)}>
              Pass on
            </Button>
            <Button onClick={() => void actions.close(id)}>{promised ? "Solved" : "Done with it"}</Button>
          </>
        )}
      </header>
      {mine && passing && (
        <TransferDialog id={id} takesNote={false} actions={actions} onClose={() => pass(false)} />
      )}
      <div className="work-body">
        {!promised && <p>This is work of another system of the shop: go on there.</p>}
        <WorkFacts work={work} />
      </div>
      {!mine && <Over conversation={conversation} actions={actions} skewMs={desk.skewMs} />}
    </section>
  );
}
