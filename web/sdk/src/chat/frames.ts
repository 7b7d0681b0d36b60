/** What each of the server's frames changes; part of the chat's pure rules. */

import type { Accepted, Beat, ErrorFrame, Item, ServerFrame, Welcome } from "../contracts.ts";
import { attachmentOf } from "../files.ts";
import { mergeItems } from "../thread.ts";
import { confirmed, onInvited, reportPayment } from "./invitations.ts";
import { flush } from "./sending.ts";
import { NO_SIGNS, onItems, onSign } from "./signs.ts";
import type { ChatState, Outgoing, Session, Step } from "./state.ts";
import { subjectOf } from "./subject.ts";

/** How long to pause when the server says "later" but not when. */
export const PAUSE_MS = 1_000;

/**
 * A server's frames come in the order of `seq`, each item once; a number left out is of an item
 * that customers do not see. So there is no gap to wait for here, only what is known to skip.
 */
export function onFrame(before: ChatState, frame: ServerFrame, now: number): Step {
  const state = confirmed(before, frame);
  switch (frame.type) {
    case "welcome":
      return onWelcome(state, frame, now);
    case "accepted":
      return { state: onAccepted(state, frame), effects: [] };
    case "message.created":
      return { state: withItems(state, [frame.item]), effects: [] };
    case "agent.typing":
    case "message.delivered":
    case "message.read":
    case "queue.position":
      return { state: { ...state, signs: onSign(state.signs, frame, now) }, effects: [] };
    case "hours.changed":
      return { state: { ...state, hours: frame.hours }, effects: [] };
    case "invitation.opened":
      return onInvited(state, frame);
    case "error":
      return { state: onError(state, frame, now), effects: [] };
    case "beat":
      return onBeat(state, frame);
    case "bye":
      return { state: { ...state, bye: { retryInMs: frame.retry_in_ms } }, effects: [] };
    default: // a newer server's frame, which this client can do without
      return { state, effects: [] };
  }
}

function onWelcome(state: ChatState, frame: Welcome, now: number): Step {
  const { session_token: token, epoch } = frame;
  const session: Session = { token, epoch, subject: subjectOf(state.customerToken) };
  const gone = frame.reset || historyIsAnother(state, frame);
  const known = gone ? { ...state, items: [], signs: NO_SIGNS, invitation: null } : state;
  const live: ChatState = {
    ...withItems(known, frame.items),
    session,
    phase: "live",
    phaseSince: now,
    textMax: frame.limits.text_max,
    beatEveryMs: frame.beat_every_ms ?? null, // an older server's welcome has none
    hours: frame.hours ?? null, // here, too
    invitationDoubted: known.invitation !== null,
  };
  const sent = flush(live, now);
  const failed = live.paymentFailed === true ? reportPayment(sent.state, true).effects : [];
  return { state: sent.state, effects: [{ type: "store", session }, ...sent.effects, ...failed] };
}

/** Another session or epoch: what we hold is of a history that is gone; the server begins anew. */
function historyIsAnother(state: ChatState, frame: Welcome): boolean {
  const { session } = state;
  if (frame.reset === true) return true; // an older server's welcome has none
  if (session === null) return false;
  return session.epoch !== frame.epoch || session.token !== frame.session_token;
}

/** What we were told and do not hold was lost on its way: a new connection brings it. */
function onBeat(state: ChatState, frame: Beat): Step {
  const last = state.items.findLast((item) => item.conversation_id === frame.conversation_id);
  const lost = frame.last_seq > (last?.seq ?? 0);
  return { state, effects: lost ? [{ type: "disconnect" }] : [] };
}

function onAccepted(state: ChatState, frame: Accepted): ChatState {
  const message = state.outgoing.find((one) => one.clientId === frame.client_id);
  return message ? withItems(state, [itemOf(message, frame)]) : state;
}

function itemOf(message: Outgoing, frame: Accepted): Item {
  return {
    id: frame.item_id,
    conversation_id: frame.conversation_id,
    seq: frame.seq,
    kind: kindOf(message),
    visibility: message.isAddress ? "agents" : "everyone",
    author: { kind: "customer", id: null, name: null },
    text: frame.text ?? message.text,
    client_id: frame.client_id,
    created_at: frame.created_at,
    attachments: message.files.map(attachmentOf),
    rating: message.rates?.rating ?? null,
    erased: false,
  };
}

function kindOf({ rates, isAddress }: Outgoing): Item["kind"] {
  if (isAddress) return "address";
  return rates ? "survey" : "message";
}

/** A message of ours among committed items needs no sending any more. */
function withItems(state: ChatState, arrived: readonly Item[]): ChatState {
  const committed = new Set(arrived.map((item) => item.client_id));
  return {
    ...state,
    items: mergeItems(state.items, arrived),
    invitation: arrived.length > 0 ? null : state.invitation,
    signs: onItems(state.signs, arrived),
    leaving: arrived.some((item) => item.kind === "ended") ? null : state.leaving,
    outgoing: state.outgoing.filter((one) => !committed.has(one.clientId)),
  };
}

/** "Later" holds every message back, so that none overtakes another; a refusal is that one's. */
function onError(state: ChatState, frame: ErrorFrame, now: number): ChatState {
  if (frame.code === "rate_limited" || frame.code === "try_again") {
    const outgoing = state.outgoing.map((one) => ({ ...one, sentAt: null }));
    const leaving = state.leaving && { ...state.leaving, sent: false };
    return { ...state, outgoing, leaving, pausedUntil: now + (frame.retry_after_ms ?? PAUSE_MS) };
  }
  const refusal = { code: frame.code, detail: frame.detail };
  const outgoing = state.outgoing.map((one) =>
    one.clientId === frame.client_id ? { ...one, refusal } : one,
  );
  return { ...state, outgoing };
}
