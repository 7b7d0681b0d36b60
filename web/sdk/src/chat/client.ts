/** The chat's thin shell: one WebSocket, one timer, the session's storage. Every rule is in step.ts. */

import { newClientId } from "../client_id.ts";
import {
  type Cart,
  type ConversationId,
  type FileId,
  type ServerFrame,
  type StoredFile,
  TEXT_MAX,
} from "../contracts.ts";
import { asFailure } from "../agent/failure.ts";
import { type FileServer, fetchFile, type UploadOptions, uploadFile } from "../files.ts";
import { type ChatState, type Effect, initialState, type Input, type Session } from "./state.ts";
import { CONNECT_TIMEOUT_MS, nextWake, step } from "./step.ts";

export interface SessionStore {
  load(): Session | null;
  save(session: Session | null): void;
}

export interface ChatOptions {
  /** Where the gateway listens, such as wss://chat.example/v1/chat. */
  readonly url: string;
  readonly siteKey: string;
  readonly customerToken?: string | null;
  readonly store: SessionStore;
  readonly pageUrl?: string | null;
  readonly locale?: string | null;
  readonly cart?: Cart | null;
}

/** A customer's side of a chat. Changes are told to every listener; nothing is thrown at callers. */
export class Chat {
  #state: ChatState;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #namesSite = true;
  readonly #options: ChatOptions;
  readonly #listeners = new Set<(state: ChatState) => void>();

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#state = initialState(
      {
        siteKey: options.siteKey,
        customerToken: options.customerToken ?? null,
        session: options.store.load(),
        pageUrl: options.pageUrl ?? null,
        locale: options.locale ?? null,
        cart: options.cart ?? null,
        textMax: TEXT_MAX,
      },
      Date.now(),
    );
  }

  get state(): ChatState {
    return this.#state;
  }

  /** Call `listener` after every change; returns what ends that. */
  subscribe(listener: (state: ChatState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Connect if there is no connection, whatever ended the last one. */
  connect(): void {
    this.#feed({ type: "connect", stored: this.#options.store.load() });
  }

  /** Send a message, now or as soon as there is a connection; returns its client_id, for ever. */
  write(text: string, files: readonly StoredFile[] = []): string {
    const clientId = newClientId();
    this.connect();
    this.#feed({ type: "write", clientId, text, files });
    return clientId;
  }

  /** Upload a file, to be sent by `write`; rejects with a `Failure`. It waits for a connection. */
  async uploadFile(file: File, options: UploadOptions = {}): Promise<StoredFile> {
    this.connect();
    return uploadFile(await this.#fileServer(), file, options);
  }

  /** The bytes of a file of this chat; rejects with a `Failure`. */
  async fetchFile(id: FileId): Promise<Blob> {
    return fetchFile(await this.#fileServer(), id);
  }

  /** Say what a conversation that ended was like, from 1 to 5. */
  rate(conversationId: ConversationId, rating: number, comment = ""): void {
    this.connect();
    this.#feed({ type: "rate", clientId: newClientId(), conversationId, rating, comment });
  }

  /** Say where to answer the present conversation: an e-mail address or a phone number; returns its client_id. */
  leaveAddress(address: string): string {
    const clientId = newClientId();
    this.connect();
    this.#feed({ type: "address", clientId, address });
    return clientId;
  }

  /** End the present conversation; what is written next begins another. */
  leave(): void {
    this.#feed({ type: "leave" });
  }

  /** Drop a message that was refused. */
  discard(clientId: string): void {
    this.#feed({ type: "discard", clientId });
  }

  /** Say who is signed in to the shop now, null for nobody. */
  identify(customerToken: string | null): void {
    this.#feed({ type: "identify", customerToken });
  }

  /** The customer types; say it at every key, it is told as often as it must be. */
  typing(): void {
    this.#feed({ type: "type" });
  }

  /** The customer has everything before their eyes: the chat is open, and the page is looked at. */
  seen(): void {
    this.#feed({ type: "see" });
  }

  /** Say where the customer is, and what is in the cart: an agent sees it, and it proves nothing. */
  visit(pageUrl: string | null, cart: Cart | null): void {
    this.#feed({ type: "visit", pageUrl, cart });
  }

  /** The customer takes the invitation in `state.invitation` up: what they write next is its answer. */
  acceptInvitation(): void {
    this.#feed({ type: "answer", takesUp: true });
  }

  /** The customer does not want to be asked. */
  dismissInvitation(): void {
    this.#feed({ type: "answer", takesUp: false });
  }

  /** Say that a payment failed, or that it is over: the site may have a rule for it. */
  reportPayment(failed: boolean): void {
    this.#feed({ type: "payment", failed });
  }

  /** Call when the machine woke, came online or was looked at again. */
  doubt(): void {
    this.#feed({ type: "doubt" });
  }

  #feed(input: Input): void {
    const around = { now: Date.now(), random: Math.random() };
    const next = step(this.#state, input, around);
    this.#state = next.state;
    for (const effect of next.effects) this.#perform(effect);
    this.#setTimer();
    for (const listener of this.#listeners) listener(this.#state);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "connect":
        return this.#open();
      case "disconnect":
        return this.#drop();
      case "send":
        return this.#socket?.send(JSON.stringify(effect.frame));
      case "store":
        return this.#options.store.save(effect.session);
    }
  }

  /** Files go by HTTP, with the session that a first connection brings. */
  async #fileServer(): Promise<FileServer> {
    const origin = new URL(this.#options.url).origin.replace(/^ws/, "http");
    const known = this.#state.session ?? (await this.#sessionSoon());
    if (known === null) throw asFailure(null);
    return { origin, token: known.token };
  }

  #sessionSoon(): Promise<Session | null> {
    return new Promise((resolve) => {
      const end = (session: Session | null): void => {
        leave();
        clearTimeout(timer);
        resolve(session);
      };
      const leave = this.subscribe(({ session }) => session && end(session));
      const timer = setTimeout(end, CONNECT_TIMEOUT_MS, null);
    });
  }

  #open(): void {
    const socket = new WebSocket(this.#url());
    let isOpen = false;
    this.#socket = socket;
    const mine = (input: Input) => {
      if (this.#socket === socket) this.#feed(input);
    };
    socket.onopen = () => {
      isOpen = true;
      mine({ type: "opened" });
    };
    socket.onmessage = (event) => {
      const frame = readFrame(event.data);
      if (frame) mine({ type: "frame", frame });
    };
    socket.onclose = (event) => {
      if (!isOpen) this.#namesSite = !this.#namesSite;
      mine({ type: "closed", code: event.code });
    };
  }

  /** A refusal of the page at the handshake is not told to scripts, so the next try asks for words. */
  #url(): string {
    const url = new URL(this.#options.url);
    if (this.#namesSite) url.searchParams.set("site_key", this.#options.siteKey);
    return url.href;
  }

  /** A dead socket takes its time to say that it closed, so we say it and stop listening. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    queueMicrotask(() => {
      if (!this.#socket) this.#feed({ type: "closed", code: 1006 });
    });
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const at = nextWake(this.#state);
    if (at === null) return;
    this.#timer = setTimeout(() => this.#feed({ type: "wake" }), Math.max(0, at - Date.now()));
  }
}

/** The frame in a socket message, or null for what is none; the rules skip types they do not know. */
export function readFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    const type = (value as { type?: unknown } | null)?.type;
    return typeof type === "string" ? (value as ServerFrame) : null;
  } catch {
    return null;
  }
}
