/** What stands below a conversation that is not this agent's any more; unsent words are kept. */

import type { Conversation } from "@firstreply/sdk/agent";
import type { RoutingState } from "@firstreply/sdk/contracts";
import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { Countdown } from "../kit/Countdown.tsx";
import { mayTakeFocus } from "./useKeys.ts";
import type { WorkActions } from "./useWork.ts";

interface Props {
  readonly conversation: Conversation;
  readonly actions: WorkActions;
  readonly skewMs: number;
}

export function Over({ conversation, actions, skewMs }: Props) {
  const { draft, standing, routing } = conversation;
  const done = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (mayTakeFocus()) done.current?.focus();
  }, []);
  const wrapsUp = routing.status === "wrap_up";
  const ended = wrapsUp
    ? "This conversation has ended. It takes one of your places until you are done."
    : "This conversation has ended.";
  const over = routing.work === null ? ended : "This work is over.";
  return (
    <footer className="over">
      <p role="status" dir="auto">
        {routing.ended_at && routing.wrap_up_until && (
          <Countdown from={routing.ended_at} until={routing.wrap_up_until} skewMs={skewMs} />
        )}
        {standing === "taken" ? takenBy(routing) : over}
      </p>
      <Button ref={done} variant="default" onClick={() => actions.dismiss(conversation.id)}>
        {draft ? "Drop these words and leave" : "Done"}
      </Button>
      {draft && (
        <blockquote className="over-draft" dir="auto">
          <span>Your words, not sent:</span>
          {draft}
        </blockquote>
      )}
    </footer>
  );
}

function takenBy({ agent, work }: RoutingState): string {
  if (work !== null && agent === null) return "This work is offered to others now.";
  const taker = agent?.name ?? "Another agent";
  return work === null ? `${taker} serves this customer now.` : `${taker} has this work now.`;
}
