/** Who waits in the whole shop, looked at when asked for; anybody of them can be taken by hand. */

import type { Desk } from "@firstreply/sdk/agent";
import type { WaitingConversation } from "@firstreply/sdk/contracts";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Countdown } from "../kit/Countdown.tsx";
import { clockFrom } from "../kit/promised.ts";
import { useLooking } from "../kit/useLooking.ts";
import { nameOfWaiting } from "./names.ts";
import type { WorkActions } from "./useWork.ts";

/** The line is looked at this often while it is shown, in ms: offers never wait for that. */
const LOOK_EVERY_MS = 3_000;

interface Props {
  readonly desk: Desk;
  readonly actions: WorkActions;
}

export function Line({ desk, actions }: Props) {
  const [open, show] = useState(false);
  return (
    <section className="shop-line" aria-labelledby="shop-line-head">
      <h2 id="shop-line-head">
        <button type="button" aria-expanded={open} onClick={() => show(!open)}>
          Whole line
        </button>
      </h2>
      {open && <LineList desk={desk} actions={actions} />}
    </section>
  );
}

function LineList({ desk, actions }: Props) {
  const { found: line, problem, look } = useLooking(actions.waiting, LOOK_EVERY_MS);
  const take = (one: WaitingConversation): void =>
    void actions.take(one.state.conversation_id).then(look);
  return (
    <>
      <p className="rail-empty" role="status">
        {problem ?? (line?.length === 0 ? "Nobody waits in the shop." : "")}
      </p>
      <ul>
        {line?.map((one) => (
          <li key={one.state.conversation_id} className="shop-line-row">
            <span className="row-words">
              <b dir="auto">{nameOfWaiting(one)}</b>
              <span dir="auto">{one.preview}</span>
            </span>
            <Countdown from={clockFrom(one.state)} until={one.state.respond_by} skewMs={desk.skewMs} />
            <Button
              variant="default"
              size="xs"
              aria-label={`Take ${nameOfWaiting(one)}: ${one.preview}`}
              onClick={() => take(one)}
            >
              Take
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
