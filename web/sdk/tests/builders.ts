/** Items and frames for tests, each with what a test does not care about filled in. */

import type {
  AgentId,
  AgentSnapshot,
  AgentState,
  AuthorKind,
  Card,
  ConversationId,
  Item,
  Offer,
  OfferTaken,
  RoutingState,
  Welcome,
} from "../src/contracts.ts";

export const CONVERSATION: ConversationId = "conv_01a";
export const NEXT_CONVERSATION: ConversationId = "conv_01b";

export function anItem(seq: number, more: Partial<Item> = {}): Item {
  const conversation = more.conversation_id ?? CONVERSATION;
  return {
    id: `item_${conversation}${seq}`,
    conversation_id: conversation,
    seq,
    kind: "message",
    visibility: "everyone",
    author: by("customer"),
    text: `message ${seq}`,
    client_id: null,
    created_at: "2026-11-23T08:00:00.000Z",
    attachments: [],
    rating: null,
    erased: false,
    ...more,
  };
}

export function by(
  kind: AuthorKind,
  name: string | null = null,
  id: AgentId | null = null,
): Item["author"] {
  return { kind, id, name };
}

export function aWelcome(more: Partial<Welcome> = {}): Welcome {
  return {
    type: "welcome",
    session_id: "sess_1",
    session_token: "fs_token",
    epoch: 1,
    conversation_id: null,
    last_seq: 0,
    reset: false,
    items: [],
    server_time: "2026-11-23T08:00:00.000Z",
    limits: {
      text_max: 5_000,
      frame_max_bytes: 65_536,
      sends_burst: 50,
      sends_per_s: 20,
      file_max_bytes: 10_485_760,
      file_types: ["image/png"],
      files_max: 10,
    },
    beat_every_ms: 15_000,
    hours: null,
    agents_available: false,
    ...more,
  };
}

export const ME: AgentState = {
  id: "agent_me",
  shop_id: "shop_1",
  name: "Ana",
  email: "ana@shop.example",
  status: "available",
  presence: "connected",
  capacity: 3,
  load: 0,
  agent_version: 1,
  unanswered_offers: 0,
};

export function anOffer(more: Partial<Offer> = {}): Offer {
  return {
    id: "offer_1",
    conversation_id: CONVERSATION,
    agent_id: ME.id,
    status: "pending",
    channel: "chat",
    preview: "Where is my parcel?",
    created_at: "2026-11-23T08:00:00.000Z",
    expires_at: "2026-11-23T08:00:30.000Z",
    respond_by: "2026-11-23T08:00:10.000Z",
    customer_name: "Rui",
    card_status: "pending",
    card: null,
    may_be: [],
    work: null,
    ...more,
  };
}

export function aCard(more: Partial<Card["customer"]> = {}): Card {
  const customer = {
    id: "cust_1",
    name: "Rui",
    email: null,
    phone: null,
    city: null,
    region: null,
    locale: null,
    since: null,
    order_count: 0,
    contact_count: 0,
    spent_minor: 0,
    currency: null,
    spent: [],
    returned_count: 0,
    known_by: [],
    ...more,
  } as const;
  const nothing = { open_now: [], repetition: null, notes: [], follow_ups: [], suggestions: [] };
  return { customer, orders: [], contacts: [], may_be: [], ...nothing, facts: NO_FACTS };
}

export function aRouting(version: number, more: Partial<RoutingState> = {}): RoutingState {
  return {
    conversation_id: CONVERSATION,
    version,
    status: "assigned",
    respond_by: "2026-11-23T08:00:10.000Z",
    queued_at: "2026-11-23T08:00:00.000Z",
    agent: { id: ME.id, name: ME.name },
    assignment_id: "asgn_1",
    assignment_version: 1,
    first_response_ms: null,
    queue_wait_ms: 20,
    ended_at: null,
    end_reason: null,
    customer: null,
    channel: "chat",
    clock_at: null,
    clock_from: null,
    transfers: 0,
    again_response_ms: null,
    outcome: null,
    wrap_up_until: null,
    work: null,
    ...more,
  };
}

export function aTaken(state = aRouting(3)): OfferTaken {
  return {
    assignment: {
      id: "asgn_1",
      conversation_id: state.conversation_id,
      agent_id: ME.id,
      status: "active",
      version: 1,
      started_at: "2026-11-23T08:00:01.000Z",
      ended_at: null,
    },
    grant: "signed",
    state,
  };
}

export function aSnapshot(more: Partial<AgentSnapshot> = {}): AgentSnapshot {
  return {
    agent: ME,
    offers: [],
    conversations: [],
    cards: [],
    may_be: [],
    items: [],
    receipts: [],
    server_time: "2026-11-23T08:00:00.000Z",
    ...more,
  };
}

const NO_FACTS = {
  late_parcel: false,
  late_days: 0,
  return_under_way: false,
  payment_failed: false,
  repeat_contacts: 0,
  cart_value_minor: 0,
  cart_currency: null,
};
