/** On a narrow screen one pane at a time: what waits, the talk, or the customer. */

import type { Desk } from "@firstreply/sdk/agent";
import type { ConversationId } from "@firstreply/sdk/contracts";
import { useEffect, useState } from "react";
import { unreadOf } from "./names.ts";
import type { WorkActions } from "./useWork.ts";

export type Pane = "list" | "talk" | "card";

/** Below this the three panes do not fit beside one another; the styles know it too. */
const NARROW = "(max-width: 860px)";

export interface Panes {
  readonly narrow: boolean;
  readonly pane: Pane;
  readonly go: (pane: Pane) => void;
}

/** The talk comes forward with each conversation that is opened, by hand or by accepting. */
export function usePanes(open: ConversationId | null): Panes {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  const [pane, go] = useState<Pane>("talk");
  useEffect(() => {
    const query = matchMedia(NARROW);
    const look = (): void => setNarrow(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  useEffect(() => go("talk"), [open]);
  return { narrow, pane, go };
}

/** The same actions, where what is chosen in a list is also shown: `show` makes room for it. */
export function comingForward(actions: WorkActions, show: () => void): WorkActions {
  return {
    ...actions,
    open: (id) => {
      actions.open(id);
      show();
    },
    look: (offer) => {
      actions.look(offer);
      show();
    },
    accept: (offer) => {
      actions.accept(offer);
      show();
    },
    take: (id) => {
      show();
      return actions.take(id);
    },
  };
}

interface Props {
  readonly desk: Desk;
  readonly pane: Pane;
  readonly onPane: (pane: Pane) => void;
}

export function PaneBar({ desk, pane, onPane }: Props) {
  const waiting = desk.offers.length + unreadOf(desk);
  return (
    <nav className="pane-bar" aria-label="Parts of the console">
      <PaneButton name="Overview" here={pane === "list"} mark={waiting} onClick={() => onPane("list")} />
      <PaneButton name="Conversation" here={pane === "talk"} onClick={() => onPane("talk")} />
      <PaneButton name="Customer" here={pane === "card"} onClick={() => onPane("card")} />
    </nav>
  );
}

interface ButtonProps {
  readonly name: string;
  readonly here: boolean;
  readonly mark?: number;
  readonly onClick: () => void;
}

function PaneButton({ name, here, mark = 0, onClick }: ButtonProps) {
  return (
    <button type="button" aria-current={here} onClick={onClick}>
      {name}
      {mark > 0 && (
        <span className="unread">
          {mark}
          <span className="hidden"> waiting</span>
        </span>
      )}
    </button>
  );
}
