/** The console's keys: A and D answer the offer on the screen, with Alt also while typing. */

import type { Desk } from "@firstreply/sdk/agent";
import type { Offer } from "@firstreply/sdk/contracts";
import { useLayoutEffect } from "react";
import type { WorkActions } from "./useWork.ts";

export function useKeys(desk: Desk, shown: Offer | null, actions: WorkActions): void {
  // Not a passive effect: that comes after the paint, and a key in between would ask for the offer before.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.isComposing) return;
      if (!event.altKey && isTyping(event.target)) return;
      if (act(event, desk, shown, actions)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

/** By the key's place, as Alt with a letter types a sign on some keyboards. */
function act(event: KeyboardEvent, desk: Desk, shown: Offer | null, actions: WorkActions): boolean {
  const { code, altKey } = event;
  if (code === "KeyA" && shown) actions.accept(shown);
  else if (code === "KeyD" && shown) actions.decline(shown);
  else if (altKey && code === "ArrowDown") step(desk, actions, 1);
  else if (altKey && code === "ArrowUp") step(desk, actions, -1);
  else return false;
  return true;
}

function step(desk: Desk, actions: WorkActions, by: number): void {
  const ids = [...desk.conversations.keys()];
  const at = desk.open ? ids.indexOf(desk.open) : -1;
  const next = ids[at < 0 ? 0 : (at + by + ids.length) % ids.length];
  if (next) actions.open(next);
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && target.type !== "radio" && target.type !== "checkbox";
}

/** Words on their way would be torn from under the fingers: then the focus stays where it is. */
export function mayTakeFocus(): boolean {
  const active = document.activeElement;
  return !isTyping(active) || (active as HTMLTextAreaElement).value === "";
}
