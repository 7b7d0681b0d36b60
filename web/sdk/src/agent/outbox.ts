/** Sends an agent's messages, each conversation's in order, until the server has spoken on each. */

import { backoffMs } from "../chat/advice.ts";
import type { ConversationId } from "../contracts.ts";
import type { AgentApi } from "./api.ts";
import type { DeskInput, Unsent } from "./desk.ts";
import { asFailure, type Failure } from "./failure.ts";

const ATTEMPT_MAX = 4; // 500 ms doubled four times: 8 s at most between two attempts

export class Outbox {
  readonly #api: AgentApi;
  readonly #report: (input: DeskInput) => void;
  readonly #lanes = new Map<ConversationId, Promise<void>>();
  #stopped = false;

  constructor(api: AgentApi, report: (input: DeskInput) => void) {
    this.#api = api;
    this.#report = report;
  }

  /** `grant` is asked at each attempt: it is needed only until the gateway knows by itself. */
  add(id: ConversationId, message: Unsent, grant: () => string | null): void {
    const before = this.#lanes.get(id) ?? Promise.resolve();
    this.#lanes.set(
      id,
      before.then(() => this.#deliver(id, message, grant)),
    );
  }

  stop(): void {
    this.#stopped = true;
  }

  async #deliver(id: ConversationId, message: Unsent, grant: () => string | null): Promise<void> {
    const { clientId, text } = message;
    const file_ids = (message.files ?? []).map((file) => file.id);
    for (let attempt = 0; !this.#stopped; attempt = Math.min(attempt + 1, ATTEMPT_MAX)) {
      try {
        const item = message.isNote
          ? await this.#api.note(id, clientId, { text })
          : await this.#api.say(id, clientId, { text, grant: grant(), file_ids });
        return this.#report({ type: "posted", item });
      } catch (error) {
        const failure = asFailure(error);
        if (!failure.passing) return this.#report({ type: "refused", id, clientId, failure });
        await pauseAfter(failure, attempt);
      }
    }
  }
}

function pauseAfter(failure: Failure, attempt: number): Promise<void> {
  const span = failure.retryAfterMs ?? backoffMs(attempt, Math.random());
  return new Promise((resolve) => setTimeout(resolve, span));
}
