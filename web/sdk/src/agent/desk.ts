/** What lies on an agent's desk at an instant; holds no connection and no timer. */

import type {
  AgentSnapshot,
  AgentState,
  Card,
  ConversationId,
  EventType,
  Item,
  ItemPage,
  MayBe,
  Offer,
  OfferId,
  OfferTaken,
  RoutingState,
  StoredFile,
} from "../contracts.ts";
import type { Thread } from "../thread.ts";
import type { Failure } from "./failure.ts";

/** A message of this agent that is not committed yet. */
export interface Unsent {
  readonly clientId: string;
  readonly text: string;
  readonly files?: readonly StoredFile[];
  readonly writtenAt: number;
  /** For colleagues alone: it never becomes an answer, nor does an answer become one. */
  readonly isNote: boolean;
}

/** mine: I serve it. ended: it is over. taken: another agent serves it now. */
export type Standing = "mine" | "ended" | "taken";

export interface Conversation {
  readonly id: ConversationId;
  readonly routing: RoutingState;
  readonly standing: Standing;
  readonly thread: Thread;
  readonly card: Card | null;
  /** Who gave the same address as this customer, who has proven none. Not to be told. */
  readonly mayBe: readonly MayBe[];
  /** From the offer, to be shown until the items are there. */
  readonly preview: string | null;
  readonly customerName: string | null;
  /** Opens the conversation for writing before the assignment's event reached the gateway. */
  readonly grant: string | null;
  /** Only a joined line after this seq can be that of the present assignment. */
  readonly joinedAfter: number;
  readonly unsent: readonly Unsent[];
  readonly draft: string;
  /** A note being written; apart, so that nothing meant for colleagues is sent to the customer. */
  readonly noteDraft: string;
  /** Why the last message did not go; the words are back in the draft. */
  readonly refusal: Failure | null;
  /** Items of others that came while the agent looked elsewhere. */
  readonly unread: number;
  readonly signs: Signs;
}

/** Latest values of a customer: how far they received and read, and until when they type. */
export interface Signs {
  readonly received: number;
  readonly read: number;
  readonly typesUntil: number | null;
}

/** What a reload of the page must not lose. */
export interface Kept {
  readonly open: ConversationId | null;
  readonly drafts: Readonly<Record<ConversationId, string>>;
}

export type Link = "connecting" | "live" | "lost";

export interface Desk {
  readonly agent: AgentState;
  readonly link: Link;
  readonly offers: readonly Offer[];
  readonly conversations: ReadonlyMap<ConversationId, Conversation>;
  /** Conversations put away, by the version they were left at: older news brings none back. */
  readonly putAway: ReadonlyMap<ConversationId, number>;
  /** The server's clock minus this machine's, in ms: countdowns run on the server's. */
  readonly skewMs: number;
  /** The conversation on the screen. */
  readonly open: ConversationId | null;
  /** From before a reload, until the first snapshot says which of it is still there. */
  readonly kept: Kept | null;
}

export type DeskInput =
  | { readonly type: "snapshot"; readonly snapshot: AgentSnapshot }
  | { readonly type: "event"; readonly event: { readonly type: EventType; readonly body: unknown } }
  | { readonly type: "link"; readonly link: Link }
  | { readonly type: "agent"; readonly agent: AgentState }
  | { readonly type: "taken"; readonly offer: Offer | null; readonly taken: OfferTaken }
  | { readonly type: "offerGone"; readonly offer: OfferId }
  | { readonly type: "page"; readonly id: ConversationId; readonly page: ItemPage }
  | { readonly type: "routing"; readonly routing: RoutingState }
  | { readonly type: "write"; readonly id: ConversationId; readonly unsent: Unsent }
  | { readonly type: "posted"; readonly item: Item }
  | {
      readonly type: "refused";
      readonly id: ConversationId;
      readonly clientId: string;
      readonly failure: Failure;
    }
  | { readonly type: "draft"; readonly id: ConversationId; readonly text: string }
  | { readonly type: "noteDraft"; readonly id: ConversationId; readonly text: string }
  | { readonly type: "open"; readonly id: ConversationId | null }
  | { readonly type: "dismiss"; readonly id: ConversationId };

export function emptyDesk(agent: AgentState, kept: Kept | null = null): Desk {
  return {
    agent,
    link: "connecting",
    offers: [],
    conversations: new Map(),
    putAway: new Map(),
    skewMs: 0,
    open: null,
    kept,
  };
}

export function toKeep(desk: Desk): Kept {
  if (desk.kept) return desk.kept;
  const written = [...desk.conversations.values()].filter((one) => one.draft !== "");
  return { open: desk.open, drafts: Object.fromEntries(written.map((one) => [one.id, one.draft])) };
}
