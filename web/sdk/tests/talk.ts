/** A chat under a clock of its own. */

import { type ChatState, type Effect, initialState, type Input, type Opening } from "../src/chat/state.ts";
import { nextWake, step } from "../src/chat/step.ts";
import type { Beat, ServerFrame } from "../src/contracts.ts";
import { aWelcome, CONVERSATION } from "./builders.ts";

/** Drives the rules as the shell does, under a clock of its own. */
export class Talk {
  now = 0;
  state: ChatState;
  effects: Effect[] = [];

  constructor(opening: Partial<Opening> = {}) {
    const nobody = { customerToken: null, session: null, pageUrl: null, locale: null };
    this.state = initialState({ siteKey: "fk_1", ...nobody, textMax: 5000, ...opening }, 0);
  }

  feed(...inputs: Input[]): this {
    for (const input of inputs) {
      const next = step(this.state, input, { now: this.now, random: 0.5 });
      this.state = next.state;
      this.effects = [...next.effects];
    }
    return this;
  }

  hear(frame: ServerFrame): this {
    return this.feed({ type: "frame", frame });
  }

  write(text: string): this {
    return this.feed({ type: "write", clientId: text, text });
  }

  welcomed(more = {}): this {
    return this.feed({ type: "connect" }, { type: "opened" }).hear(aWelcome(more));
  }

  beat(last_seq = 0, conversation_id: Beat["conversation_id"] = CONVERSATION): this {
    return this.hear({ type: "beat", conversation_id, last_seq });
  }

  accept(
    clientId: string,
    seq: number,
    conversation = CONVERSATION,
    text: string | null = null,
  ): this {
    return this.hear({
      type: "accepted",
      client_id: clientId,
      conversation_id: conversation,
      item_id: `item_${clientId}`,
      seq,
      created_at: "2026-11-23T08:00:01.000Z",
      text,
    });
  }

  lose(code: number = 1006): this {
    return this.feed({ type: "closed", code });
  }

  /** Let time pass until the rules want to be woken, and wake them. */
  waitForWake(): this {
    this.now = nextWake(this.state) ?? this.now;
    return this.feed({ type: "wake" });
  }

  get sent(): string[] {
    return this.effects.flatMap((one) =>
      one.type === "send" && one.frame.type === "send" ? [one.frame.text] : [],
    );
  }

  get done(): string[] {
    return this.effects.map((one) => one.type);
  }
}
