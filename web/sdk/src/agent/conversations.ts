/** How one conversation on the desk changes; pure, and knows nothing of the others. */

import type { Card, Item, Offer, OfferTaken, RoutingState } from "../contracts.ts";
import { addItems, newThread } from "../thread.ts";
import type { Conversation, Desk, Standing } from "./desk.ts";
import type { Failure } from "./failure.ts";

export function conversationOf(desk: Desk, routing: RoutingState): Conversation {
  return {
    id: routing.conversation_id,
    routing,
    standing: standingOf(desk, routing),
    thread: newThread(routing.conversation_id),
    card: null,
    mayBe: [],
    preview: null,
    customerName: routing.customer?.name ?? null,
    grant: null,
    joinedAfter: 0,
    unsent: [],
    draft: desk.kept?.drafts[routing.conversation_id] ?? "",
    noteDraft: "",
    refusal: null,
    unread: 0,
    signs: { received: 0, read: 0, typesUntil: null },
  };
}

/** The conversation that was taken, with what its offer already brought if there was one. */
export function take(
  desk: Desk,
  { offer, taken }: { readonly offer: Offer | null; readonly taken: OfferTaken },
): Conversation {
  const known = desk.conversations.get(taken.state.conversation_id);
  const begun = known ? route(desk, known, taken.state) : conversationOf(desk, taken.state);
  const grant = hasJoined(desk, begun) ? null : taken.grant;
  if (offer === null) return { ...begun, grant };
  return {
    ...begun,
    card: begun.card ?? offer.card,
    mayBe: begun.mayBe.length > 0 ? begun.mayBe : offer.may_be,
    preview: offer.preview,
    customerName: begun.customerName ?? offer.customer_name,
    grant,
  };
}

/** Only a greater version is applied; words not sent when another took it go back to the draft. */
export function route(desk: Desk, one: Conversation, routing: RoutingState): Conversation {
  if (routing.version <= one.routing.version) return one;
  const standing = standingOf(desk, routing);
  return standing === "mine" ? { ...one, routing, standing } : { ...notMine(one, standing), routing };
}

/** It is over or another's: should it be ours again, the lines until now say nothing of that. */
export function notMine(one: Conversation, standing: Exclude<Standing, "mine">): Conversation {
  return { ...one, standing, joinedAfter: one.thread.seq };
}

function standingOf(desk: Desk, routing: RoutingState): Standing {
  if (routing.status === "ended" || routing.status === "wrap_up") return "ended";
  return routing.agent?.id === desk.agent.id ? "mine" : "taken";
}

/** The joined line is the gateway's own word that it knows of the assignment: no grant from then. */
export function withItems(desk: Desk, one: Conversation, items: readonly Item[]): Conversation {
  const thread = addItems(one.thread, items);
  const committed = new Set(items.map((item) => item.client_id));
  const unsent = one.unsent.filter((message) => !committed.has(message.clientId));
  const grant = hasJoined(desk, { ...one, thread }) ? null : one.grant;
  return { ...one, thread, unsent, grant };
}

function hasJoined(desk: Desk, { thread, joinedAfter }: Conversation): boolean {
  const line = ({ kind, seq }: Item) => seq > joinedAfter && (kind === "joined" || kind === "left");
  const last = thread.items.findLast(line);
  return last?.kind === "joined" && last.author.id === desk.agent.id;
}

export function withCard(one: Conversation, card: Card): Conversation {
  return { ...one, card, customerName: one.customerName ?? card.customer.name };
}

/** Put a refused message's words back where they can be mended, before what was typed since. */
export function withoutUnsent(one: Conversation, clientId: string, refusal: Failure): Conversation {
  const message = one.unsent.find((unsent) => unsent.clientId === clientId);
  if (!message) return one;
  const unsent = one.unsent.filter((other) => other !== message);
  const back = (draft: string): string => (draft ? `${message.text}\n${draft}` : message.text);
  if (message.isNote) return { ...one, unsent, noteDraft: back(one.noteDraft), refusal };
  return { ...one, unsent, draft: back(one.draft), refusal };
}
