/** Latest values both ways: who types, how far either side received and read. Nothing waits for one. */

import type {
  AgentTyping,
  ConversationId,
  Item,
  MessageDelivered,
  MessageRead,
  QueuePosition,
} from "../contracts.ts";
import type { ChatState, Step } from "./state.ts";

/** How often a customer who goes on typing says so; the agent sees it for 6 s. */
export const TYPING_EVERY_MS = 2_500;
/** How often receipts are told; the server passes them on no oftener. */
export const RECEIPTS_EVERY_MS = 500;

/** Every item of a conversation up to a `seq`. */
export interface Mark {
  readonly conversationId: ConversationId;
  readonly seq: number;
}

export interface Signs {
  /** The agent types, until then; null when they do not. */
  readonly agentTypesUntil: number | null;
  /** Where the customer stands while nobody serves them; null for unknown, or when somebody does. */
  readonly place: QueuePosition | null;
  /** What the agent's console holds of the customer's messages, and what the agent has seen. */
  readonly delivered: Mark | null;
  readonly read: Mark | null;
  /** What the page says the customer has seen. */
  readonly seen: Mark | null;
  readonly told: {
    readonly received: Mark | null;
    readonly read: Mark | null;
    readonly receiptsAt: number | null;
    readonly typingAt: number | null;
  };
}

const NOTHING_TOLD = { received: null, read: null, receiptsAt: null, typingAt: null } as const;

export const NO_SIGNS: Signs = {
  agentTypesUntil: null,
  place: null,
  delivered: null,
  read: null,
  seen: null,
  told: NOTHING_TOLD,
};

/** Whether an item is covered: one of an earlier conversation is, by what came after it. */
export function covers(mark: Mark | null, item: Mark): boolean {
  if (mark === null) return false;
  if (mark.conversationId !== item.conversationId) return mark.conversationId > item.conversationId;
  return mark.seq >= item.seq;
}

export function markOf(item: Item): Mark {
  return { conversationId: item.conversation_id, seq: item.seq };
}

function greater(known: Mark | null, told: Mark): Mark {
  return known !== null && covers(known, told) ? known : told;
}

/** Take what the server tells of the agent. */
export function onSign(
  signs: Signs,
  frame: AgentTyping | MessageDelivered | MessageRead | QueuePosition,
  now: number,
): Signs {
  if (frame.type === "agent.typing") return { ...signs, agentTypesUntil: now + frame.for_ms };
  if (frame.type === "queue.position") return { ...signs, place: frame };
  const told: Mark = { conversationId: frame.conversation_id, seq: frame.through_seq };
  const delivered = greater(signs.delivered, told); // who has read has received
  if (frame.type === "message.delivered") return { ...signs, delivered };
  return { ...signs, delivered, read: greater(signs.read, told) };
}

/** Items arrived: what an agent wrote ends their typing, and their coming the wait. */
export function onItems(signs: Signs, arrived: readonly Item[]): Signs {
  const wrote = arrived.some((item) => item.author.kind === "agent" || item.kind === "ended");
  const left = wrote || arrived.some((item) => item.kind === "joined" || item.kind === "transferred");
  return { ...signs, agentTypesUntil: wrote ? null : signs.agentTypesUntil, place: left ? null : signs.place };
}

/** A new connection is told again how far it is: the last one may have lost it. */
export function untold(signs: Signs): Signs {
  return { ...signs, agentTypesUntil: null, place: null, told: NOTHING_TOLD };
}

/** The customer has seen every item there is. */
export function see(state: ChatState): ChatState {
  const last = state.items.at(-1);
  if (!last || covers(state.signs.seen, markOf(last))) return state;
  return { ...state, signs: { ...state.signs, seen: markOf(last) } };
}

/** What was typed is written: whatever is typed next begins anew. */
export function typingEnds(signs: Signs): Signs {
  return { ...signs, told: { ...signs.told, typingAt: null } };
}

export function type(state: ChatState, now: number): Step {
  const { told } = state.signs;
  const early = told.typingAt !== null && now < told.typingAt + TYPING_EVERY_MS;
  if (state.phase !== "live" || early) return { state, effects: [] };
  const signs = { ...state.signs, told: { ...told, typingAt: now } };
  return { state: { ...state, signs }, effects: [{ type: "send", frame: { type: "typing" } }] };
}

/** Tell how far the customer received and read, if that grew and it is time. */
export function tellReceipts(state: ChatState, now: number): Step {
  const due = dueReceipt(state);
  if (due === null || now < receiptsAt(state)) return { state, effects: [] };
  const { type, mark } = due;
  const { told } = state.signs;
  const read = type === "read" ? mark : told.read; // who has read has received
  const signs = { ...state.signs, told: { ...told, received: mark, read, receiptsAt: now } };
  const frame = { type, conversation_id: mark.conversationId, through_seq: mark.seq };
  return { state: { ...state, signs }, effects: [{ type: "send", frame }] };
}

/** When something of this changes by itself; none when nothing will. */
export function signDeadlines(state: ChatState): number[] {
  const due: number[] = [];
  if (state.signs.agentTypesUntil !== null) due.push(state.signs.agentTypesUntil);
  if (dueReceipt(state) !== null) due.push(receiptsAt(state));
  return due;
}

export function expire(state: ChatState, now: number): ChatState {
  const until = state.signs.agentTypesUntil;
  if (until === null || now < until) return state;
  return { ...state, signs: { ...state.signs, agentTypesUntil: null } };
}

function receiptsAt({ signs }: ChatState): number {
  return signs.told.receiptsAt === null ? 0 : signs.told.receiptsAt + RECEIPTS_EVERY_MS;
}

interface DueReceipt {
  readonly type: "received" | "read";
  readonly mark: Mark;
}

/** Nothing is told of a conversation in which nobody but the customer has said anything. */
function dueReceipt(state: ChatState): DueReceipt | null {
  const last = state.items.findLast((item) => item.author.kind !== "customer");
  if (state.phase !== "live" || !last) return null;
  const { told, seen } = state.signs;
  const mark = markOf(last);
  if (covers(seen, mark) && !covers(told.read, mark)) return { type: "read", mark };
  return covers(told.received, mark) ? null : { type: "received", mark };
}
