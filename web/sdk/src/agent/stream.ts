/** Keeps an agent's event stream open; every (re)connection begins with a fresh snapshot. */

import { backoffMs } from "../chat/advice.ts";
import type { StreamClosed, StreamPing } from "../contracts.ts";
import type { AgentApi } from "./api.ts";
import { asFailure, Failure } from "./failure.ts";
import { type SseEvent, SseParser } from "./sse.ts";

/** The server writes a ping every few seconds; silent this long, the connection is dead. */
export const SILENCE_MS = 15_000;
/** An agent cut off takes no offers, so the console tries again sooner than a customer's page. */
const ATTEMPT_MAX = 4; // 500 ms doubled four times: 8 s at most

export interface StreamListener {
  onEvent(event: SseEvent): void;
  onLink(link: "live" | "lost"): void;
  /** The token is no longer good; the stream will not try again. */
  onSignedOut(): void;
}

function closedBy({ code, detail }: StreamClosed): Failure {
  return new Failure(code, detail);
}

/** Runs until `stop`. */
export class AgentStream {
  readonly #api: AgentApi;
  readonly #listener: StreamListener;
  #abort = new AbortController();
  #wakeUp: () => void = () => {};
  #stopped = false;

  constructor(api: AgentApi, listener: StreamListener) {
    this.#api = api;
    this.#listener = listener;
  }

  async run(): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt = Math.min(attempt + 1, ATTEMPT_MAX)) {
      const outcome = await this.#once();
      if (this.#stopped) return;
      if (outcome === "signed_out") return this.#listener.onSignedOut();
      this.#listener.onLink("lost");
      if (outcome === "was_live") attempt = 0;
      await this.#pause(backoffMs(attempt, Math.random()));
    }
  }

  /** Do not wait out the pause: the machine woke or came online. */
  hurry(): void {
    this.#wakeUp();
  }

  stop(): void {
    this.#stopped = true;
    this.#abort.abort();
    this.#wakeUp();
  }

  async #once(): Promise<"was_live" | "failed" | "signed_out"> {
    this.#abort = new AbortController();
    let live = false;
    try {
      const response = await this.#api.stream(this.#abort.signal);
      live = true;
      await this.#read(response);
      return "was_live";
    } catch (error) {
      if (asFailure(error).code === "not_signed_in") return "signed_out";
      return live ? "was_live" : "failed";
    } finally {
      this.#abort.abort();
    }
  }

  async #read(response: Response): Promise<void> {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new SseParser();
    let watch = this.#watch();
    try {
      for (;;) {
        const piece = await reader?.read();
        if (!piece || piece.done) return;
        clearTimeout(watch);
        watch = this.#watch();
        for (const event of parser.push(piece.value)) this.#deliver(event);
      }
    } finally {
      clearTimeout(watch);
    }
  }

  #deliver(event: SseEvent): void {
    if (event.type === "ping") return this.#answer(JSON.parse(event.data) as StreamPing);
    if (event.type === "stream.closed") throw closedBy(JSON.parse(event.data) as StreamClosed);
    this.#listener.onEvent(event);
    if (event.type === "snapshot") this.#listener.onLink("live");
  }

  /** An answer that does not arrive is made good by the next one. */
  #answer(ping: StreamPing): void {
    void this.#api.pong(ping).catch(() => {});
  }

  #watch(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#abort.abort(), SILENCE_MS);
  }

  #pause(span: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, span);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
