/** Why a conversation is where it is: the router's decisions, in words. */

import { type AgentApi, asFailure } from "@firstreply/sdk/agent";
import type { ConversationId, Decision, Unanswered } from "@firstreply/sdk/contracts";
import { Modal } from "@mantine/core";
import { useEffect, useState } from "react";
import { sentenceOf } from "../sentences.ts";
import { decisionLine, leftOutLine } from "./explain.ts";
import { Hands } from "./Hands.tsx";
import type { Board } from "./useBoard.ts";

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

interface Props {
  readonly board: Board;
  /** Null: nobody is asked about. The dialog stays, so that the focus goes back where it was. */
  readonly asked: Unanswered | null;
  /** To take it oneself; null for who serves nobody. */
  readonly onTake: ((id: ConversationId) => void) | null;
  readonly onClose: () => void;
}

export function Why({ board, asked, onTake, onClose }: Props) {
  const title = `${asked?.customer_name ?? "A customer"}: who was asked, and why`;
  return (
    <Modal
      opened={asked !== null}
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {asked && <Decisions api={board.api} asked={asked} />}
      {asked && (
        <Hands key={asked.conversation_id} board={board} asked={asked} onTake={onTake} onDone={onClose} />
      )}
    </Modal>
  );
}

function Decisions({ api, asked }: { api: AgentApi; asked: Unanswered }) {
  const [decisions, setDecisions] = useState<readonly Decision[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    api.decisions(asked.conversation_id).then(
      (page) => over || setDecisions(page.decisions),
      (error: unknown) => over || setFault(sentenceOf(asFailure(error))),
    );
    return () => {
      over = true;
    };
  }, [api, asked.conversation_id]);
  if (fault) return <p role="alert">{fault}</p>;
  if (!decisions) return <p className="board-none">Reading …</p>;
  if (decisions.length === 0) return <p className="board-none">Nothing has been decided yet.</p>;
  return (
    <ol className="why">
      {decisions.map((one) => (
        <li key={one.id}>
          <time dateTime={one.decided_at}>{CLOCK.format(new Date(one.decided_at))}</time>
          <p dir="auto">{decisionLine(one)}</p>
          <p className="board-none">{leftOutLine(one)}</p>
        </li>
      ))}
    </ol>
  );
}
