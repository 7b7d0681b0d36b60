/** The desk's rules: snapshot, events and what the agent does in, the next desk out. No I/O. */

import type {
  AgentSnapshot,
  AgentState,
  CardReady,
  CustomerTyping,
  Item,
  Offer,
  OfferEnded,
  Receipt,
  RoutingState,
  WhoMayBe,
} from "../contracts.ts";
import { conversationOf, notMine, route, take, withCard, withItems, withoutUnsent } from "./conversations.ts";
import type { Conversation, Desk, DeskInput, Unsent } from "./desk.ts";

/** `now` is this machine's clock, in ms. */
export function stepDesk(desk: Desk, input: DeskInput, now: number): Desk {
  switch (input.type) {
    case "snapshot":
      return onSnapshot(desk, input.snapshot, now);
    case "event":
      return onEvent(desk, input.event.type, input.event.body, now);
    case "link":
      return { ...desk, link: input.link };
    case "agent":
      return onAgent(desk, input.agent);
    case "taken":
      return onTaken(desk, input);
    case "offerGone":
      return { ...desk, offers: desk.offers.filter((offer) => offer.id !== input.offer) };
    case "routing":
      return onRouting(desk, input.routing);
    case "posted":
      return change(desk, input.item.conversation_id, (one) => withItems(desk, one, [input.item]));
    case "open":
      return open(desk, input.id);
    case "dismiss":
      return dismiss(desk, input.id);
    default:
      return change(desk, input.id, (one) => onOwn(desk, one, input));
  }
}

type Own = Extract<DeskInput, { type: "page" | "write" | "refused" | "draft" | "noteDraft" }>;

function onOwn(desk: Desk, one: Conversation, input: Own): Conversation {
  switch (input.type) {
    case "page":
      return withItems(desk, one, input.page.items);
    case "write":
      return written(one, input.unsent);
    case "refused":
      return withoutUnsent(one, input.clientId, input.failure);
    case "draft":
      return { ...one, draft: input.text };
    case "noteDraft":
      return { ...one, noteDraft: input.text };
  }
}

function written(one: Conversation, unsent: Unsent): Conversation {
  const emptied = unsent.isNote ? { noteDraft: "" } : { draft: "" };
  return { ...one, ...emptied, refusal: null, unsent: [...one.unsent, unsent] };
}

function onEvent(desk: Desk, type: string, body: unknown, now: number): Desk {
  switch (type) {
    case "message.created":
      return onItem(desk, body as Item);
    case "message.delivered":
    case "message.read":
      return onReceipt(desk, body as Receipt);
    case "customer.typing":
      return onTyping(desk, body as CustomerTyping, now);
    case "offer.created":
      return withOffer(desk, body as Offer);
    case "offer.ended":
      return withoutOffer(desk, body as OfferEnded);
    case "card.ready":
    case "card.changed":
      return onCard(desk, body as CardReady);
    case "may_be.changed":
      return onWhoMayBe(desk, body as WhoMayBe);
    case "agent.updated":
      return onAgent(desk, body as AgentState);
    default:
      return tellsRouting(type) ? onRouting(desk, body as RoutingState) : desk;
  }
}

/** Work that lives elsewhere lies on the desk like a conversation. */
function tellsRouting(type: string): boolean {
  return /^(conversation|routing_request|follow_up)\./.test(type) || type === "sla.missed";
}

/** A snapshot is everything: what it does not hold is gone, but never words not sent yet. */
function onSnapshot(desk: Desk, snapshot: AgentSnapshot, now: number): Desk {
  const skewMs = Date.parse(snapshot.server_time) - now;
  let next: Desk = { ...desk, agent: snapshot.agent, skewMs, offers: byUrgency(snapshot.offers) };
  for (const routing of snapshot.conversations) next = onRouting(next, routing);
  const there = new Set(snapshot.conversations.map((routing) => routing.conversation_id));
  for (const one of desk.conversations.values()) {
    // With a grant still needed it was accepted while this snapshot was on its way.
    const gone = one.standing === "mine" && !there.has(one.id) && one.grant === null;
    if (gone) next = put(next, notMine(one, "ended"));
  }
  next = takeUp(next);
  for (const item of snapshot.items) next = onItem(next, item);
  for (const ready of snapshot.cards) next = onCard(next, ready);
  // An older server has neither of these.
  for (const who of snapshot.may_be ?? []) next = onWhoMayBe(next, who);
  for (const receipt of snapshot.receipts ?? []) next = onReceipt(next, receipt);
  return next;
}

/** After a reload: go on in the conversation that was on the screen, if it is still there. */
function takeUp(desk: Desk): Desk {
  const open = desk.kept?.open ?? null;
  const there = desk.open === null && open !== null && desk.conversations.has(open);
  return { ...desk, open: there ? open : desk.open, kept: null };
}

function onTaken(desk: Desk, input: Extract<DeskInput, { type: "taken" }>): Desk {
  const id = input.taken.state.conversation_id;
  return open(put(withoutOffersFor(desk, id), take(desk, input)), id);
}

function onRouting(desk: Desk, routing: RoutingState): Desk {
  const known = desk.conversations.get(routing.conversation_id);
  const open = routing.status === "queued" || routing.status === "offered";
  const cleared = open ? desk : withoutOffersFor(desk, routing.conversation_id);
  if (known) return put(cleared, route(cleared, known, routing));
  if (routing.version <= (desk.putAway.get(routing.conversation_id) ?? 0)) return cleared;
  const mine = routing.agent?.id === desk.agent.id && routing.status === "assigned";
  return mine ? put(cleared, conversationOf(desk, routing)) : cleared;
}

function onItem(desk: Desk, item: Item): Desk {
  return change(desk, item.conversation_id, (one) => {
    const unread = desk.open === one.id ? 0 : unreadWith(one, item);
    return withItems(desk, withoutTyping({ ...one, unread }, item), [item]);
  });
}

/** Receipts only grow; one that comes late says nothing new. */
function onReceipt(desk: Desk, receipt: Receipt): Desk {
  return change(desk, receipt.conversation_id, (one) => {
    const received = Math.max(one.signs.received, receipt.received_seq);
    return { ...one, signs: { ...one.signs, received, read: Math.max(one.signs.read, receipt.read_seq) } };
  });
}

function onTyping(desk: Desk, typing: CustomerTyping, now: number): Desk {
  const typesUntil = now + typing.for_ms;
  return change(desk, typing.conversation_id, (one) => ({ ...one, signs: { ...one.signs, typesUntil } }));
}

/** What was typed is there. */
function withoutTyping(one: Conversation, item: Item): Conversation {
  const typed = item.author.kind === "customer" && one.signs.typesUntil !== null;
  return typed ? { ...one, signs: { ...one.signs, typesUntil: null } } : one;
}

/** Whoever answered has read what was said before: a snapshot tells it all again. */
function unreadWith(one: Conversation, item: Item): number {
  if (item.seq <= one.thread.seq) return one.unread;
  if (item.author.kind === "agent") return 0;
  return one.unread + (item.author.kind === "customer" ? 1 : 0);
}

function onCard(desk: Desk, ready: CardReady): Desk {
  const offers = desk.offers.map((offer) =>
    offer.conversation_id === ready.conversation_id
      ? { ...offer, card: ready.card, card_status: "ready" as const }
      : offer,
  );
  return change({ ...desk, offers }, ready.conversation_id, (one) => withCard(one, ready.card));
}

function onWhoMayBe(desk: Desk, { conversation_id, may_be }: WhoMayBe): Desk {
  const offers = desk.offers.map((offer) =>
    offer.conversation_id === conversation_id ? { ...offer, may_be } : offer,
  );
  return change({ ...desk, offers }, conversation_id, (one) => ({ ...one, mayBe: may_be }));
}

function onAgent(desk: Desk, agent: AgentState): Desk {
  return agent.agent_version >= desk.agent.agent_version ? { ...desk, agent } : desk;
}

function withOffer(desk: Desk, offer: Offer): Desk {
  const others = desk.offers.filter((one) => one.id !== offer.id);
  return offer.status === "pending" ? { ...desk, offers: byUrgency([...others, offer]) } : desk;
}

function withoutOffer(desk: Desk, ended: OfferEnded): Desk {
  return { ...desk, offers: desk.offers.filter((one) => one.id !== ended.offer_id) };
}

function withoutOffersFor(desk: Desk, id: RoutingState["conversation_id"]): Desk {
  return { ...desk, offers: desk.offers.filter((one) => one.conversation_id !== id) };
}

function byUrgency(offers: readonly Offer[]): readonly Offer[] {
  return [...offers].sort((one, other) => Date.parse(one.respond_by) - Date.parse(other.respond_by));
}

function open(desk: Desk, id: Desk["open"]): Desk {
  const opened: Desk = { ...desk, open: id };
  return id ? change(opened, id, (one) => ({ ...one, unread: 0 })) : opened;
}

/** More than one agent ends while an event is on its way. */
const PUT_AWAY_KEPT = 100;

function dismiss(desk: Desk, id: NonNullable<Desk["open"]>): Desk {
  const conversations = new Map(desk.conversations);
  conversations.delete(id);
  const version = desk.conversations.get(id)?.routing.version ?? 0;
  const putAway = new Map([...desk.putAway, [id, version] as const].slice(-PUT_AWAY_KEPT));
  const left: Desk = { ...desk, conversations, putAway };
  return desk.open === id ? open(left, nextToAnswer(left)) : left;
}

/** Someone who waits for a first answer comes before an offer; those answered are chosen by hand. */
function nextToAnswer(desk: Desk): Desk["open"] {
  const waits = ({ standing, routing }: Conversation) =>
    standing === "mine" && routing.first_response_ms === null;
  return [...desk.conversations.values()].find(waits)?.id ?? null;
}

function put(desk: Desk, conversation: Conversation): Desk {
  const conversations = new Map(desk.conversations).set(conversation.id, conversation);
  return { ...desk, conversations };
}

function change(
  desk: Desk,
  id: Conversation["id"],
  how: (one: Conversation) => Conversation,
): Desk {
  const known = desk.conversations.get(id);
  return known ? put(desk, how(known)) : desk;
}
