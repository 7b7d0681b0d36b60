/** An agent's place of work: one stream, the REST calls, the desk they keep. Rules are in step.ts. */

import type {
  AgentSnapshot,
  AgentState,
  AgentStatus,
  Colleague,
  ConversationId,
  ConversationPage,
  EventType,
  FileId,
  FollowUps,
  Item,
  NewFollowUp,
  Offer,
  ReadyAnswer,
  StoredFile,
  Transfer,
  WaitingConversation,
} from "../contracts.ts";
import { type FileServer, fetchFile, type UploadOptions, uploadFile } from "../files.ts";
import { newClientId } from "../client_id.ts";
import { hasGap } from "../thread.ts";
import { AgentApi } from "./api.ts";
import { type Desk, type DeskInput, emptyDesk, type Kept } from "./desk.ts";
import { asFailure } from "./failure.ts";
import { Outbox } from "./outbox.ts";
import { sender, SignTeller } from "./signs.ts";
import type { SseEvent } from "./sse.ts";
import { stepDesk } from "./step.ts";
import { AgentStream } from "./stream.ts";

/** Two live events may cross on their way; a gap this old is read from the store. */
export const GAP_WAIT_MS = 80;
/** A decision waits no longer for its offer's "seen": a hand is rarely as fast as that. */
const TELLING_WAIT_MS = 500;
/** Right after accepting, the gateway may not know yet that we may read: try a little later. */
const READ_RETRIES_MS = [100, 200, 400, 800, 1_600, 3_200] as const;

export interface WorkplaceListener {
  onDesk(desk: Desk): void;
  onOffer(offer: Offer): void;
  onSignedOut(): void;
}

/** Every action that can be refused rejects with a `Failure`. */
export class Workplace {
  #desk: Desk;
  readonly #files: FileServer;
  readonly #api: AgentApi;
  readonly #stream: AgentStream;
  readonly #outbox: Outbox;
  readonly #signs: SignTeller;
  readonly #listener: WorkplaceListener;
  readonly #reading = new Set<ConversationId>();
  readonly #announced = new Set<string>();
  readonly #telling = new Map<string, Promise<void>>();

  /** `kept`: what `toKeep` said before the page was loaded again. */
  constructor(
    origin: string,
    token: string,
    agent: AgentState,
    listener: WorkplaceListener,
    kept: Kept | null = null,
  ) {
    this.#desk = emptyDesk(agent, kept);
    this.#listener = listener;
    this.#files = { origin, token };
    this.#api = new AgentApi(origin, token);
    this.#outbox = new Outbox(this.#api, (input) => this.feed(input));
    this.#signs = new SignTeller(sender(this.#api));
    this.#stream = new AgentStream(this.#api, {
      onEvent: (event) => this.#onEvent(event),
      onLink: (link) => this.feed({ type: "link", link }),
      onSignedOut: () => listener.onSignedOut(),
    });
  }

  get desk(): Desk {
    return this.#desk;
  }

  start(): void {
    void this.#stream.run();
  }

  stop(): void {
    this.#stream.stop();
    this.#outbox.stop();
  }

  /** Take no more offers, and end the sign-in; this place of work is over, even if it rejects. */
  async signOut(): Promise<void> {
    this.stop();
    await this.#api.setStatus("away").catch(() => {});
    await this.#api.signOut();
  }

  hurry(): void {
    this.#stream.hurry();
  }

  /** Apply what the agent does on the screen alone: open, draft, dismiss. */
  feed(input: DeskInput): void {
    this.#desk = stepDesk(this.#desk, input, Date.now());
    this.#listener.onDesk(this.#desk);
    this.#signs.tell(this.#desk, !document.hidden);
    this.#fillGaps();
  }

  /** Keep what the agent has written so far, and let the customer see that they write. */
  draft(id: ConversationId, text: string): void {
    this.feed({ type: "draft", id, text });
    const one = this.#desk.conversations.get(id);
    if (text !== "" && one?.standing === "mine" && one.grant === null) this.#signs.type(id, Date.now());
  }

  /** The page is looked at again: what is on the screen is read now. */
  looked(): void {
    this.#signs.tell(this.#desk, !document.hidden);
  }

  async setStatus(status: AgentStatus): Promise<void> {
    this.feed({ type: "agent", agent: await this.#api.setStatus(status) });
  }

  /** Take an offer; one that is gone vanishes from the desk before this rejects. */
  async accept(offer: Offer): Promise<void> {
    await this.#toldSeen(offer);
    try {
      const taken = await this.#api.accept(offer.id);
      this.feed({ type: "taken", offer, taken });
    } catch (error) {
      throw this.#settleOffer(offer, error);
    }
  }

  async decline(offer: Offer): Promise<void> {
    await this.#toldSeen(offer);
    try {
      await this.#api.decline(offer.id);
      this.feed({ type: "offerGone", offer: offer.id });
    } catch (error) {
      throw this.#settleOffer(offer, error);
    }
  }

  /** Send a message; what becomes of it is seen on the desk. */
  write(id: ConversationId, text: string, files: readonly StoredFile[] = []): void {
    this.#post(id, text, false, files);
  }

  /** Upload a file, to be sent by `write`. */
  uploadFile(file: File, options: UploadOptions = {}): Promise<StoredFile> {
    return uploadFile(this.#files, file, options);
  }

  /** The bytes of a file of a conversation that this agent may read. */
  fetchFile(id: FileId): Promise<Blob> {
    return fetchFile(this.#files, id);
  }

  /** Leave a note for colleagues; the customer is never told of it. */
  note(id: ConversationId, text: string): void {
    this.#post(id, text, true);
  }

  #post(
    id: ConversationId,
    text: string,
    isNote: boolean,
    files: readonly StoredFile[] = [],
  ): void {
    const unsent = { clientId: newClientId(), text, files, writtenAt: Date.now(), isNote };
    this.feed({ type: "write", id, unsent });
    this.#outbox.add(id, unsent, () => this.#desk.conversations.get(id)?.grant ?? null);
  }

  /** Conversations that this agent served and that have ended, newest first. */
  ended(words: string, cursor: string | null): Promise<ConversationPage> {
    return this.#api.ended(words, cursor);
  }

  /** Everything that was said in one of them. */
  async transcript(id: ConversationId): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (;;) {
      const page = await this.#api.items(id, items.at(-1)?.seq ?? 0);
      items.push(...page.items);
      if (page.items.length === 0 || (items.at(-1)?.seq ?? 0) >= page.last_seq) return items;
    }
  }

  async close(id: ConversationId): Promise<void> {
    this.feed({ type: "routing", routing: await this.#api.close(id) });
  }

  colleagues(): Promise<readonly Colleague[]> {
    return this.#api.colleagues();
  }

  /** Who waits for an agent in the shop, the most urgent first. */
  waiting(): Promise<readonly WaitingConversation[]> {
    return this.#api.waiting();
  }

  /** Take a conversation without an offer; it is on the desk before this resolves. */
  async take(id: ConversationId): Promise<void> {
    this.feed({ type: "taken", offer: null, taken: await this.#api.take(id) });
  }

  /** Pass a conversation on; it is another's on the desk before this resolves. */
  async transfer(id: ConversationId, wish: Transfer): Promise<void> {
    this.feed({ type: "routing", routing: await this.#api.transfer(id, wish) });
  }

  /** Close a conversation with a promise to its customer. */
  async promise(id: ConversationId, wish: NewFollowUp): Promise<void> {
    this.feed({ type: "routing", routing: await this.#api.promise(id, wish) });
  }

  /** The promises that this agent has to keep, the most urgent first. */
  followUps(): Promise<FollowUps> {
    return this.#api.followUps();
  }

  /** Replies that are ready, found by words. */
  replies(words: string): Promise<readonly ReadyAnswer[]> {
    return this.#api.replies(words);
  }

  solve(id: ConversationId): Promise<void> {
    return this.#api.solve(id);
  }

  /** Take a conversation that is over from the desk, and its weight from the agent. */
  async putAway(id: ConversationId): Promise<void> {
    const wrapsUp = this.#desk.conversations.get(id)?.routing.status === "wrap_up";
    if (wrapsUp) this.feed({ type: "routing", routing: await this.#api.wrapUpDone(id) });
    this.feed({ type: "dismiss", id });
  }

  #settleOffer(offer: Offer, error: unknown): unknown {
    const failure = asFailure(error);
    const gone = failure.code === "offer_gone" || failure.code === "taken";
    if (gone || failure.code === "not_found") this.feed({ type: "offerGone", offer: offer.id });
    return failure;
  }

  #onEvent(event: SseEvent): void {
    const body: unknown = JSON.parse(event.data);
    if (event.type === "snapshot") {
      this.feed({ type: "snapshot", snapshot: body as AgentSnapshot });
    } else {
      this.feed({ type: "event", event: { type: event.type as EventType, body } });
    }
    for (const offer of this.#desk.offers) this.#announce(offer);
  }

  /** Tell the router that the offer is on the screen, and the agent that it is there, once. */
  #announce(offer: Offer): void {
    if (this.#announced.has(offer.id)) return;
    this.#announced.add(offer.id);
    const told = this.#api.markSeen(offer.id).catch(() => {}); // an unseen one is published again
    this.#telling.set(offer.id, told);
    void told.then(() => this.#telling.delete(offer.id));
    this.#listener.onOffer(offer);
  }

  /** Side by side a decision may come first, and "seen" would be told that the offer is gone. */
  async #toldSeen(offer: Offer): Promise<void> {
    await Promise.race([this.#telling.get(offer.id), pause(TELLING_WAIT_MS)]);
  }

  #fillGaps(): void {
    for (const one of this.#desk.conversations.values()) {
      if (one.routing.work !== null) continue; // nobody writes in it
      const unread = one.standing === "mine" && one.thread.seq === 0;
      if (unread || hasGap(one.thread)) void this.#read(one.id, unread ? 0 : GAP_WAIT_MS);
    }
  }

  async #read(id: ConversationId, waitMs: number): Promise<void> {
    if (this.#reading.has(id)) return;
    this.#reading.add(id);
    await pause(waitMs);
    for (const retryMs of READ_RETRIES_MS) {
      const one = this.#desk.conversations.get(id);
      if (!one || (one.thread.seq > 0 && !hasGap(one.thread))) break;
      const page = await this.#api.items(id, one.thread.seq).catch(() => null);
      if (page) this.feed({ type: "page", id, page });
      else await pause(retryMs);
    }
    this.#reading.delete(id);
  }
}

function pause(span: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, span));
}
