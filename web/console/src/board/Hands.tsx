/** What a supervisor can do about one conversation: take it, or give it into other hands. */

import { asFailure } from "@firstreply/sdk/agent";
import type { BoardAgent, ConversationId, Unanswered } from "@firstreply/sdk/contracts";
import { Button, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { BACK_TO_LINE, wishOf } from "../kit/passing.ts";
import { sentenceOf } from "../sentences.ts";
import { isThere } from "./Team.tsx";
import type { Board } from "./useBoard.ts";

interface Props {
  readonly board: Board;
  readonly asked: Unanswered;
  readonly onTake: ((id: ConversationId) => void) | null;
  readonly onDone: () => void;
}

export function Hands({ board, asked, onTake, onDone }: Props) {
  // As it stands now: whoever looks at the reasons looks for a while.
  const now = board.now?.unanswered.find((one) => one.conversation_id === asked.conversation_id);
  if (!now) return <p className="hands board-none">It has been answered, or is over.</p>;
  if (!now.agent && !onTake) return null;
  return (
    <div className="hands">
      {now.agent && <PassOn board={board} asked={now} onDone={onDone} />}
      {onTake && (
        <Button variant="default" onClick={() => onTake(now.conversation_id)}>
          {now.agent ? "Take it over" : "Take it"}
        </Button>
      )}
    </div>
  );
}

function PassOn({ board, asked, onDone }: Omit<Props, "onTake">) {
  const [to, choose] = useState<string>(BACK_TO_LINE.value);
  const [refusal, say] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const others = (board.now?.agents ?? []).filter((one) => one.agent.id !== asked.agent?.id);
  const pass = async (): Promise<void> => {
    setBusy(true);
    const there = others.map((one) => one.agent.id);
    try {
      await board.api.transfer(asked.conversation_id, wishOf(to, there));
      onDone();
    } catch (error) {
      say(sentenceOf(asFailure(error)));
      setBusy(false);
    }
  };
  return (
    <>
      <NativeSelect
        label={`Pass it on from ${asked.agent?.name}`}
        value={to}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          BACK_TO_LINE,
          ...others.filter(isFree).map((one) => ({ value: one.agent.id, label: nameOf(one) })),
        ]}
      />
      <Button loading={busy} onClick={() => void pass()}>
        Pass on
      </Button>
      <p role="alert">{refusal}</p>
    </>
  );
}

const isFree = (one: BoardAgent): boolean => isThere(one) && one.load < one.capacity;

const nameOf = ({ agent, load, capacity }: BoardAgent): string =>
  `${agent.name}, serves ${load} of ${capacity}`;
