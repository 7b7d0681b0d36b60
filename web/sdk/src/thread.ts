/** Items in the order of their conversation; knows no socket, stream or page. */

import type { ConversationId, Item } from "./contracts.ts";

/** Add items, some perhaps known, in the order of conversations and within one of `seq`. */
export function mergeItems(known: readonly Item[], arrived: readonly Item[]): readonly Item[] {
  const last = known.at(-1);
  const [first] = arrived;
  if (!first) return known;
  if (arrived.length === 1 && (!last || inOrder(last, first) < 0)) return [...known, first];
  const unique = new Map<string, Item>();
  for (const item of [...known, ...arrived]) unique.set(`${item.conversation_id}/${item.seq}`, item);
  return [...unique.values()].sort(inOrder);
}

/** Conversation ids sort by the instant they were made at, so a later conversation comes after. */
function inOrder(one: Item, other: Item): number {
  if (one.conversation_id === other.conversation_id) return one.seq - other.seq;
  return one.conversation_id < other.conversation_id ? -1 : 1;
}

/** One conversation as its agents hold it: they may see every item, so a missing number is a gap. */
export interface Thread {
  readonly id: ConversationId;
  /** Every item up to here is in `items`. */
  readonly seq: number;
  readonly items: readonly Item[];
  /** Items that came before their turn; shown once the gap is filled. */
  readonly held: readonly Item[];
}

export function newThread(id: ConversationId): Thread {
  return { id, seq: 0, items: [], held: [] };
}

/** Take items in any order, any of them twice; items of other conversations are left out. */
export function addItems(thread: Thread, arrived: readonly Item[]): Thread {
  const ours = arrived.filter((item) => item.conversation_id === thread.id && item.seq > thread.seq);
  const held = [...mergeItems(thread.held, ours)];
  const items = [...thread.items];
  let seq = thread.seq;
  while (held[0]?.seq === seq + 1) {
    items.push(held.shift() as Item);
    seq += 1;
  }
  return { ...thread, seq, items, held };
}

export function hasGap(thread: Thread): boolean {
  return thread.held.length > 0;
}

/** The agent serving at the end of these items, by name; null when nobody does. */
export function servingAgent(items: readonly Item[]): string | null {
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const item = items[at] as Item;
    if (item.kind === "left" || item.kind === "ended") return null;
    if (item.kind === "joined" || item.kind === "transferred") return item.author.name;
    if (item.kind === "message" && item.author.kind === "agent") return item.author.name;
  }
  return null;
}

/** Whether the present conversation is over; what is said of it afterwards goes on with none. */
export function hasEnded(items: readonly Item[]): boolean {
  return items.findLast((item) => item.kind !== "survey")?.kind === "ended";
}

/** The conversation that has ended and was not rated yet; null when there is none. */
export function unrated(items: readonly Item[]): ConversationId | null {
  const last = items.at(-1);
  return last?.kind === "ended" ? last.conversation_id : null;
}
