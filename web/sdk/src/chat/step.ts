/** The chat's rules: inputs and an instant in, the next state and effects out. No I/O at all. */

import type { Cart } from "../contracts.ts";
import { hasEnded } from "../thread.ts";
import { adviceFor, backoffMs } from "./advice.ts";
import { onFrame } from "./frames.ts";
import { answer, reportPayment } from "./invitations.ts";
import { contextOf, flush, hello } from "./sending.ts";
import { expire, NO_SIGNS, see, signDeadlines, tellReceipts, type, typingEnds, untold } from "./signs.ts";
import {
  type ChatState,
  type Effect,
  type Input,
  mayResume,
  type Outgoing,
  type Session,
  type Step,
  type Surroundings,
} from "./state.ts";

/** Without a welcome after this long the attempt is given up. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** A send unanswered for this long means the connection is dead without saying so. */
export const ACK_TIMEOUT_MS = 8_000;
/** A connection that lived this long was a good one: the next attempt starts from the beginning. */
export const STABLE_MS = 10_000;
/** Silent this long, a connection is not believed after sleep or a change of network. */
export const DOUBT_AFTER_MS = 20_000;
/** A beat that is later than this does not come any more. */
export const BEAT_GRACE_MS = 5_000;

export function step(state: ChatState, input: Input, around: Surroundings): Step {
  const next = take(state, input, around);
  const told = tellReceipts(next.state, around.now);
  return { state: told.state, effects: [...next.effects, ...told.effects] };
}

function take(state: ChatState, input: Input, around: Surroundings): Step {
  switch (input.type) {
    case "connect":
      return mayConnect(state)
        ? connect(adopt(state, input.stored ?? null), around.now)
        : unchanged(state);
    case "opened":
      return { state, effects: [{ type: "send", frame: hello(state) }] };
    case "frame":
      return onFrame({ ...state, heardAt: around.now }, input.frame, around.now);
    case "closed":
      return onClosed(state, input.code, around);
    case "write":
      return write(state, messageOf(input, around.now), around.now);
    case "rate":
      return write(state, ratingOf(input, around.now), around.now);
    case "address":
      return write(state, addressOf(input, around.now), around.now);
    case "leave":
      return leave(state, around.now);
    case "discard":
      return unchanged({
        ...state,
        outgoing: state.outgoing.filter((one) => one.clientId !== input.clientId),
      });
    case "identify":
      return identify(state, input.customerToken, around.now);
    case "doubt":
      return doubt(state, around.now);
    case "type":
      return type(state, around.now);
    case "see":
      return unchanged(see(state));
    case "visit":
      return visit(state, input.pageUrl, input.cart);
    case "answer":
      return answer(state, input.takesUp);
    case "payment":
      return reportPayment(state, input.failed);
    case "wake":
      return wake(state, around.now);
  }
}

/** A page that goes on tells of it at once; one that is not connected tells it with its hello. */
function visit(state: ChatState, pageUrl: string | null, cart: Cart | null): Step {
  const there = { ...state, pageUrl, cart };
  const frame = contextOf(there);
  return { state: there, effects: state.phase === "live" ? [{ type: "send", frame }] : [] };
}

/** The next instant at which `wake` has something to do; null when there is none. */
export function nextWake(state: ChatState): number | null {
  const due: number[] = [];
  if (state.phase === "waiting" && state.retryAt !== null) due.push(state.retryAt);
  if (state.phase === "connecting") due.push(state.phaseSince + CONNECT_TIMEOUT_MS);
  if (state.phase === "live") due.push(...liveDeadlines(state));
  return due.length > 0 ? Math.min(...due) : null;
}

function liveDeadlines(state: ChatState): number[] {
  const due = signDeadlines(state);
  if (state.pausedUntil !== null) due.push(state.pausedUntil);
  const sentAt = oldestUnanswered(state);
  if (sentAt !== null) due.push(sentAt + ACK_TIMEOUT_MS);
  if (state.beatEveryMs !== null) due.push(silentAt(state, state.beatEveryMs));
  return due;
}

/** A half-open connection looks like a quiet one; without this, nobody hears the answer. */
function silentAt({ heardAt }: ChatState, beatEveryMs: number): number {
  return heardAt + beatEveryMs + BEAT_GRACE_MS;
}

function oldestUnanswered(state: ChatState): number | null {
  const waits = (one: Outgoing) => one.sentAt !== null && one.refusal === null;
  return state.outgoing.find(waits)?.sentAt ?? null;
}

function wake(state: ChatState, now: number): Step {
  if (state.phase === "waiting") {
    return (state.retryAt ?? now) <= now ? connect(state, now) : unchanged(state);
  }
  const late = (at: number | null, span: number) => at !== null && at + span <= now;
  if (state.phase === "connecting" && late(state.phaseSince, CONNECT_TIMEOUT_MS)) return drop(state);
  if (state.phase !== "live") return unchanged(state);
  if (late(oldestUnanswered(state), ACK_TIMEOUT_MS)) return drop(state);
  if (state.beatEveryMs !== null && silentAt(state, state.beatEveryMs) <= now) return drop(state);
  const current = expire(state, now);
  return late(current.pausedUntil, 0)
    ? flush({ ...current, pausedUntil: null }, now)
    : unchanged(current);
}

function mayConnect(state: ChatState): boolean {
  return state.phase !== "connecting" && state.phase !== "live";
}

/** Tabs of one browser share one session, so that all show the same conversation. */
function adopt(state: ChatState, stored: Session | null): ChatState {
  const mine = state.session === null && stored !== null && mayResume(stored, state.customerToken);
  return mine ? { ...state, session: stored } : state;
}

function connect(state: ChatState, now: number): Step {
  const phase = { phase: "connecting", phaseSince: now, retryAt: null, stop: null } as const;
  return {
    state: { ...onNewConnection(state), ...phase, bye: null, heardAt: now },
    effects: [{ type: "connect" }],
  };
}

/** Whatever the last connection was handed and did not acknowledge is to be handed over again. */
function onNewConnection(state: ChatState): ChatState {
  const outgoing = state.outgoing.map((one) => ({ ...one, sentAt: null }));
  const leaving = state.leaving && { ...state.leaving, sent: false };
  return { ...state, outgoing, leaving, pausedUntil: null, signs: untold(state.signs) };
}

/** The shell answers a disconnect with `closed`, which then decides what comes next. */
function drop(state: ChatState): Step {
  return { state, effects: [{ type: "disconnect" }] };
}

function unchanged(state: ChatState): Step {
  return { state, effects: [] };
}

function onClosed(state: ChatState, code: number, around: Surroundings): Step {
  if (state.phase !== "connecting" && state.phase !== "live") return unchanged(state);
  const advice = adviceFor(code);
  const lasted = state.phase === "live" && around.now - state.phaseSince >= STABLE_MS;
  const attempt = lasted ? 0 : state.attempt;
  const cleared = onNewConnection({ ...state, phaseSince: around.now, attempt: attempt + 1 });
  if (advice === "never") {
    return unchanged({ ...cleared, phase: "stopped", stop: code, retryAt: null });
  }
  const delay = state.bye?.retryInMs ?? backoffMs(attempt, around.random);
  const waiting: ChatState = { ...cleared, phase: "waiting", retryAt: around.now + delay };
  return advice === "renew" ? forget(waiting) : unchanged(waiting);
}

function forget(state: ChatState): Step {
  const historyLost = state.items.length > 0 || state.session !== null;
  const effects: Effect[] = [{ type: "store", session: null }];
  return { state: { ...state, session: null, items: [], signs: NO_SIGNS, leaving: null, invitation: null, historyLost }, effects };
}

type Written<Type extends Input["type"]> = Extract<Input, { readonly type: Type }>;

const UNSENT = { sentAt: null, refusal: null, files: [], rates: null, isAddress: false } as const;

function messageOf({ clientId, text, files = [] }: Written<"write">, now: number): Outgoing {
  return { ...UNSENT, clientId, text, writtenAt: now, files };
}

function ratingOf({ clientId, conversationId, rating, comment }: Written<"rate">, now: number): Outgoing {
  return { ...UNSENT, clientId, text: comment, writtenAt: now, rates: { conversationId, rating } };
}

function addressOf({ clientId, address }: Written<"address">, now: number): Outgoing {
  return { ...UNSENT, clientId, text: address, writtenAt: now, isAddress: true };
}

/** End the present conversation; its `ended` item is the answer. */
function leave(state: ChatState, now: number): Step {
  const last = state.items.at(-1);
  if (!last || hasEnded(state.items)) return unchanged(state);
  return flush({ ...state, leaving: { conversationId: last.conversation_id, sent: false } }, now);
}

function write(state: ChatState, message: Outgoing, now: number): Step {
  const outgoing = [...state.outgoing, message];
  // Whoever writes has taken the invitation up, as the server sees it, too.
  const written: ChatState = { ...state, outgoing, signs: typingEnds(state.signs), invitation: null };
  if (state.phase === "live") return flush(written, now);
  return mayConnect(state) ? connect(written, now) : unchanged(written);
}

function identify(state: ChatState, customerToken: string | null, now: number): Step {
  const known: ChatState = { ...state, customerToken };
  if (!state.session || mayResume(state.session, customerToken)) {
    return state.phase === "stopped" ? connect(known, now) : unchanged(known);
  }
  const fresh: ChatState = { ...known, session: null, items: [], outgoing: [], signs: NO_SIGNS, leaving: null, invitation: null };
  const effects: Effect[] = [{ type: "store", session: null }];
  if (state.phase === "idle") return { state: fresh, effects };
  const again = connect(fresh, now);
  return { state: again.state, effects: [...effects, { type: "disconnect" }, ...again.effects] };
}

/** The machine slept or changed networks: a browser may not notice that its socket is dead. */
function doubt(state: ChatState, now: number): Step {
  if (state.phase === "waiting") return connect(state, now);
  if (state.phase !== "live" || now - state.heardAt < DOUBT_AFTER_MS) return unchanged(state);
  const again = connect(state, now);
  return { state: again.state, effects: [{ type: "disconnect" }, ...again.effects] };
}
