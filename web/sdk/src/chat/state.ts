/** What a chat knows at an instant; holds no socket and no timer. */

import type {
  Cart,
  ClientFrame,
  ConversationId,
  ErrorCode,
  InvitationAccept,
  InvitationDismiss,
  InvitationId,
  Item,
  ServerFrame,
  ShopHours,
  StoredFile,
} from "../contracts.ts";
import { NO_SIGNS, type Signs } from "./signs.ts";
import { subjectOf } from "./subject.ts";

/** A session to resume, and whom it belongs to (the customer token's subject, null: nobody). */
export interface Session {
  readonly token: string;
  readonly epoch: number;
  readonly subject: string | null;
}

/** A message that is not committed yet. Refused ones stay, so that the words are not lost. */
export interface Outgoing {
  readonly clientId: string;
  readonly text: string;
  readonly writtenAt: number;
  /** When it was handed to the connection that is open now; null when it was not. */
  readonly sentAt: number | null;
  readonly refusal: { readonly code: ErrorCode; readonly detail: string } | null;
  /** Files that were uploaded before. */
  readonly files: readonly StoredFile[];
  /** What it says of a conversation, when it is no message; `text` is then the comment. */
  readonly rates: { readonly conversationId: ConversationId; readonly rating: number } | null;
  /** It is no message, but where the customer wants to be answered. */
  readonly isAddress: boolean;
}

/** A conversation that the customer wants to end; `sent`: on this connection. */
export interface Leaving {
  readonly conversationId: ConversationId;
  readonly sent: boolean;
}

/**
 * idle: nobody asked for a connection. connecting: until `welcome`. live: between `welcome` and a
 * close. waiting: for the next attempt. stopped: no attempt will be made; see `stop`.
 */
export type Phase = "idle" | "connecting" | "live" | "waiting" | "stopped";

export interface ChatState {
  readonly siteKey: string;
  readonly customerToken: string | null;
  readonly pageUrl: string | null;
  readonly locale: string | null;
  readonly cart: Cart | null;
  readonly phase: Phase;
  readonly phaseSince: number;
  readonly session: Session | null;
  /** All that was said in this session, conversation after conversation. */
  readonly items: readonly Item[];
  readonly outgoing: readonly Outgoing[];
  /** Attempts since the last connection that lasted. */
  readonly attempt: number;
  readonly retryAt: number | null;
  readonly pausedUntil: number | null;
  readonly heardAt: number;
  /** How often the server gives a sign of life; null for one that gives none. */
  readonly beatEveryMs: number | null;
  readonly bye: { readonly retryInMs: number | null } | null;
  /** Why it stopped: a close code of contracts `CloseCode`. */
  readonly stop: number | null;
  /** The server no longer knew the session: what was said before cannot be shown. */
  readonly historyLost: boolean;
  readonly textMax: number;
  readonly signs: Signs;
  readonly leaving: Leaving | null;
  /** Whether the shop is open, as it was last told; null: nobody knows. */
  readonly hours: ShopHours | null;
  /** What the customer is invited by to write, until they answer or write. */
  readonly invitation: Invitation | null;
  /** It was shown on an earlier connection; this one begins by showing it again, or not at all. */
  readonly invitationDoubted: boolean;
  /** The answer to the last one; it is given again when the invitation comes again. */
  readonly answered: InvitationAnswer | null;
  /** What the page said of the last payment; null: nothing. */
  readonly paymentFailed: boolean | null;
}

export interface Invitation {
  readonly id: InvitationId;
  /** The site's own name of the rule that invites. */
  readonly rule: string;
  /** Show it as text, never as markup. */
  readonly text: string;
}

export type InvitationAnswer = InvitationAccept | InvitationDismiss;

export type Input =
  /** `stored`: a session that another tab may have begun meanwhile. */
  | { readonly type: "connect"; readonly stored?: Session | null }
  | { readonly type: "opened" }
  | { readonly type: "frame"; readonly frame: ServerFrame }
  | { readonly type: "closed"; readonly code: number }
  | {
      readonly type: "write";
      readonly clientId: string;
      readonly text: string;
      readonly files?: readonly StoredFile[];
    }
  | {
      readonly type: "rate";
      readonly clientId: string;
      readonly conversationId: ConversationId;
      readonly rating: number;
      readonly comment: string;
    }
  | { readonly type: "address"; readonly clientId: string; readonly address: string }
  | { readonly type: "leave" }
  | { readonly type: "discard"; readonly clientId: string }
  | { readonly type: "identify"; readonly customerToken: string | null }
  | { readonly type: "doubt" }
  /** The customer types. */
  | { readonly type: "type" }
  /** The customer has every item before their eyes. */
  | { readonly type: "see" }
  /** Where the customer is now. */
  | { readonly type: "visit"; readonly pageUrl: string | null; readonly cart: Cart | null }
  /** The customer answers the invitation they see. */
  | { readonly type: "answer"; readonly takesUp: boolean }
  /** Whether a payment failed, as the page has it. */
  | { readonly type: "payment"; readonly failed: boolean }
  | { readonly type: "wake" };

export type Effect =
  | { readonly type: "connect" }
  | { readonly type: "disconnect" }
  | { readonly type: "send"; readonly frame: ClientFrame }
  | { readonly type: "store"; readonly session: Session | null };

export interface Step {
  readonly state: ChatState;
  readonly effects: readonly Effect[];
}

/** What the outside says of this step: the instant in ms, and a random number in [0, 1). */
export interface Surroundings {
  readonly now: number;
  readonly random: number;
}

export interface Opening {
  readonly siteKey: string;
  readonly customerToken: string | null;
  readonly session: Session | null;
  readonly pageUrl: string | null;
  readonly locale: string | null;
  readonly cart?: Cart | null;
  readonly textMax: number;
}

/** A stored session of somebody else is not taken up: on a shared computer it is another's talk. */
export function initialState(opening: Opening, now: number): ChatState {
  const { session, customerToken } = opening;
  const mine = session && mayResume(session, customerToken) ? session : null;
  return {
    ...opening,
    session: mine,
    phase: "idle",
    phaseSince: now,
    cart: opening.cart ?? null,
    items: [],
    outgoing: [],
    signs: NO_SIGNS,
    leaving: null,
    hours: null,
    invitation: null,
    invitationDoubted: false,
    answered: null,
    paymentFailed: null,
    attempt: 0,
    retryAt: null,
    pausedUntil: null,
    heardAt: now,
    beatEveryMs: null,
    bye: null,
    stop: null,
    historyLost: false,
  };
}

/** Nobody's session may be taken up by whoever signs in; a named one only by that same person. */
export function mayResume(session: Session, customerToken: string | null): boolean {
  return session.subject === null || session.subject === subjectOf(customerToken);
}
