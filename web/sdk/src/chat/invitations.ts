/** Being invited to write, and what the page reports for the site's rules; part of the chat's pure rules. */

import type { InvitationOpened, ServerFrame } from "../contracts.ts";
import { hasEnded } from "../thread.ts";
import { contextOf } from "./sending.ts";
import type { ChatState, InvitationAnswer, Step } from "./state.ts";

/** A welcome is followed at once by what is open yet: when something else comes, nothing is. */
export function confirmed(state: ChatState, frame: ServerFrame): ChatState {
  if (!state.invitationDoubted || frame.type === "welcome") return state;
  const invitation = frame.type === "invitation.opened" ? state.invitation : null;
  return { ...state, invitationDoubted: false, invitation };
}

/** One that was answered already comes again when the answer was lost: it is given again. */
export function onInvited(state: ChatState, frame: InvitationOpened): Step {
  const { invitation_id: id, rule, text } = frame;
  if (state.answered?.invitation_id === id) return tell(state, state.answered);
  if (talks(state)) return { state, effects: [] };
  return { state: { ...state, invitation: { id, rule, text } }, effects: [] };
}

/** Take the customer's answer; without an invitation there is nothing to answer. */
export function answer(state: ChatState, takesUp: boolean): Step {
  if (state.invitation === null) return { state, effects: [] };
  const type = takesUp ? "invitation.accept" : "invitation.dismiss";
  const answered: InvitationAnswer = { type, invitation_id: state.invitation.id };
  return tell({ ...state, invitation: null, answered }, answered);
}

/** A payment is reported at once, and to each new connection: the hello has no room for it. */
export function reportPayment(state: ChatState, failed: boolean): Step {
  const told = { ...state, paymentFailed: failed };
  const effects = state.phase === "live" ? ([{ type: "send", frame: contextOf(told) }] as const) : [];
  return { state: told, effects };
}

function tell(state: ChatState, frame: InvitationAnswer): Step {
  return { state, effects: state.phase === "live" ? [{ type: "send", frame }] : [] };
}

function talks({ items, outgoing }: ChatState): boolean {
  return outgoing.length > 0 || (items.length > 0 && !hasEnded(items));
}
