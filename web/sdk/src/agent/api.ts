/** The REST calls of an agent, typed; keeps nothing but the token. */

import type {
  AgentState,
  AgentStatus,
  AnswerPage,
  Colleague,
  Colleagues,
  ConversationId,
  ConversationPage,
  DecisionPage,
  FirstResponseReport,
  FollowUps,
  FoundAnswers,
  Item,
  ItemPage,
  NewFollowUp,
  NewItem,
  NewNote,
  NewStatus,
  Offer,
  OfferId,
  OfferTaken,
  ReadyAnswer,
  RoutingState,
  SeenThrough,
  SignedIn,
  SignIn,
  StreamPing,
  StreamPong,
  Transfer,
  WaitingConversation,
  WaitingConversations,
  Wallboard,
} from "../contracts.ts";
import { asFailure, failureOf } from "./failure.ts";

/** A request without an answer for this long counts as unanswered. */
export const REQUEST_TIMEOUT_MS = 10_000;

type Body =
  | SignIn
  | NewItem
  | NewNote
  | NewStatus
  | SeenThrough
  | StreamPong
  | Transfer
  | NewFollowUp;

interface Call {
  readonly method?: "GET" | "POST" | "PUT";
  readonly body?: Body | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every method rejects with a `Failure` and with nothing else. */
export class AgentApi {
  readonly #origin: string;
  readonly #token: string | null;

  /** `origin` without a trailing slash; "" for the page's own. */
  constructor(origin: string, token: string | null) {
    this.#origin = origin;
    this.#token = token;
  }

  signIn(who: SignIn): Promise<SignedIn> {
    return this.#call("/v1/auth/sign-in", { method: "POST", body: who });
  }

  /** End this sign-in: its token is good nowhere any more. */
  async signOut(): Promise<void> {
    await this.#call("/v1/auth/sign-out", { method: "POST" });
  }

  me(): Promise<AgentState> {
    return this.#call("/v1/agents/me");
  }

  setStatus(status: AgentStatus): Promise<AgentState> {
    return this.#call("/v1/agents/me/status", { method: "PUT", body: { status } });
  }

  offers(): Promise<readonly Offer[]> {
    return this.#call("/v1/routing/offers");
  }

  async markSeen(offer: OfferId): Promise<void> {
    await this.#call(`/v1/routing/offers/${offer}/seen`, { method: "POST" });
  }

  accept(offer: OfferId): Promise<OfferTaken> {
    return this.#call(`/v1/routing/offers/${offer}/accept`, { method: "POST" });
  }

  async decline(offer: OfferId): Promise<void> {
    await this.#call(`/v1/routing/offers/${offer}/decline`, { method: "POST" });
  }

  assignments(): Promise<readonly RoutingState[]> {
    return this.#call("/v1/routing/assignments");
  }

  conversation(id: ConversationId): Promise<RoutingState> {
    return this.#call(`/v1/routing/conversations/${id}`);
  }

  decisions(id: ConversationId): Promise<DecisionPage> {
    return this.#call(`/v1/routing/conversations/${id}/decisions`);
  }

  /** The shop as it stands; for supervisors. */
  wallboard(): Promise<Wallboard> {
    return this.#call("/v1/reports/wallboard");
  }

  /** How soon people were answered since an instant; for supervisors. */
  firstResponses(since: Date): Promise<FirstResponseReport> {
    return this.#call(`/v1/reports/first-responses?from=${since.toISOString()}`);
  }

  /** Whom a conversation can be passed on to, those who are free first. */
  async colleagues(): Promise<readonly Colleague[]> {
    const { colleagues } = await this.#call<Colleagues>("/v1/routing/colleagues");
    return colleagues;
  }

  /** Who waits for an agent in the shop, the most urgent first. */
  async waiting(): Promise<readonly WaitingConversation[]> {
    const { waiting } = await this.#call<WaitingConversations>("/v1/routing/waiting");
    return waiting;
  }

  /** Take a conversation without an offer: one that waits, or for supervisors any. */
  take(id: ConversationId): Promise<OfferTaken> {
    return this.#call(`/v1/routing/conversations/${id}/take`, { method: "POST" });
  }

  transfer(id: ConversationId, wish: Transfer): Promise<RoutingState> {
    return this.#call(`/v1/routing/conversations/${id}/transfer`, { method: "POST", body: wish });
  }

  /** Give the capacity of a closed conversation back before its wrap-up runs out. */
  wrapUpDone(id: ConversationId): Promise<RoutingState> {
    return this.#call(`/v1/routing/conversations/${id}/wrap-up-done`, { method: "POST" });
  }

  /** Close a conversation with a promise to its customer. */
  promise(id: ConversationId, wish: NewFollowUp): Promise<RoutingState> {
    return this.#call(`/v1/routing/conversations/${id}/follow-up`, { method: "POST", body: wish });
  }

  followUps(): Promise<FollowUps> {
    return this.#call("/v1/routing/follow-ups");
  }

  async solve(id: ConversationId): Promise<void> {
    await this.#call(`/v1/routing/conversations/${id}/follow-up-solved`, { method: "POST" });
  }

  close(id: ConversationId): Promise<RoutingState> {
    return this.#call(`/v1/routing/conversations/${id}/close`, { method: "POST" });
  }

  items(id: ConversationId, afterSeq: number): Promise<ItemPage> {
    return this.#call(`/v1/conversations/${id}/items?after_seq=${afterSeq}`);
  }

  /** Safe to call again with the same `clientId` and text: it is the same message, for ever. */
  say(id: ConversationId, clientId: string, message: NewItem): Promise<Item> {
    const headers = { "Idempotency-Key": clientId };
    return this.#call(`/v1/conversations/${id}/items`, { method: "POST", body: message, headers });
  }

  /** A note for colleagues; as safe to call again as `say`. */
  note(id: ConversationId, clientId: string, note: NewNote): Promise<Item> {
    const headers = { "Idempotency-Key": clientId };
    return this.#call(`/v1/conversations/${id}/notes`, { method: "POST", body: note, headers });
  }

  /** The conversations of this agent that have ended, newest first, found by words if there are any. */
  ended(words: string, cursor: string | null): Promise<ConversationPage> {
    const wish = new URLSearchParams({ status: "ended", limit: "20" });
    if (words !== "") wish.set("q", words);
    if (cursor !== null) wish.set("cursor", cursor);
    return this.#call(`/v1/conversations?${wish}`);
  }

  /** Replies that are ready, the best first for words, else the newest. */
  async replies(words: string): Promise<readonly ReadyAnswer[]> {
    const path = "/v1/canned-replies";
    const asked =
      words === "" ? `${path}?limit=20` : `${path}/search?${new URLSearchParams({ q: words })}`;
    const { answers } = await this.#call<AnswerPage | FoundAnswers>(asked);
    return answers;
  }

  /** Say that this agent types, or how far they received or read; latest values, lost without harm. */
  async sign(id: ConversationId, what: "typing" | "received" | "read", throughSeq?: number): Promise<void> {
    const body = throughSeq === undefined ? undefined : { through_seq: throughSeq };
    await this.#call(`/v1/conversations/${id}/${what}`, { method: "POST", body });
  }

  /** The open event stream's answer; ends when `signal` says so. */
  async stream(signal: AbortSignal): Promise<Response> {
    const headers = { ...this.#authorization(), Accept: "text/event-stream" };
    const response = await fetch(`${this.#origin}/v1/agent-events`, {
      headers,
      signal,
      cache: "no-store",
    });
    if (!response.ok) throw await failureOf(response);
    return response;
  }

  /** Say that we are still there; without it for 15 s the server ends the stream. */
  async pong({ nonce }: StreamPing): Promise<void> {
    await this.#call("/v1/agent-events/pong", { method: "POST", body: { nonce } });
  }

  async #call<Answer>(path: string, { method = "GET", body, headers }: Call = {}): Promise<Answer> {
    try {
      const response = await fetch(this.#origin + path, {
        method,
        headers: { ...this.#authorization(), ...jsonHeaders(body), ...headers },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      if (!response.ok) throw await failureOf(response);
      const text = await response.text();
      return (text ? JSON.parse(text) : null) as Answer;
    } catch (error) {
      throw asFailure(error);
    }
  }

  #authorization(): Record<string, string> {
    return this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
  }
}

function jsonHeaders(body: unknown): Record<string, string> {
  return body === undefined ? {} : { "Content-Type": "application/json" };
}
