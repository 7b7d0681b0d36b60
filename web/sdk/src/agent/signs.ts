/** Tells customers how far their agent is: typing, received, read. A lost one is made good by the next. */

import type { ConversationId } from "../contracts.ts";
import type { AgentApi } from "./api.ts";
import type { Conversation, Desk } from "./desk.ts";

/** How often an agent who goes on typing says so; the customer sees it for 6 s. */
export const TYPING_EVERY_MS = 2_500;

export type Sign =
  | { readonly id: ConversationId; readonly what: "typing" }
  | { readonly id: ConversationId; readonly what: "received" | "read"; readonly throughSeq: number };

interface Told {
  readonly received: number;
  readonly read: number;
}

/** Says each thing once. `looking`: whether the page is looked at. */
export class SignTeller {
  readonly #told = new Map<ConversationId, Told>();
  readonly #typedAt = new Map<ConversationId, number>();
  readonly #send: (sign: Sign) => Promise<void>;

  /** `send` may fail: then it is said again with whatever is told next. */
  constructor(send: (sign: Sign) => Promise<void>) {
    this.#send = send;
  }

  /** Tell what grew since the last time. */
  tell(desk: Desk, looking: boolean): void {
    for (const one of desk.conversations.values()) {
      const throughSeq = lastOfCustomer(one);
      // With a grant still needed, the gateway does not know yet that this agent serves.
      if (one.standing !== "mine" || one.grant !== null || throughSeq === 0) continue;
      const told = this.#told.get(one.id) ?? { received: 0, read: 0 };
      const read = looking && desk.open === one.id;
      if (throughSeq <= (read ? told.read : told.received)) continue;
      this.#told.set(one.id, { received: throughSeq, read: read ? throughSeq : told.read });
      const sign = { id: one.id, what: read ? "read" : "received", throughSeq } as const;
      this.#send(sign).catch(() => this.#told.delete(one.id));
    }
  }

  type(id: ConversationId, now: number): void {
    if (now < (this.#typedAt.get(id) ?? -Infinity) + TYPING_EVERY_MS) return;
    this.#typedAt.set(id, now);
    this.#send({ id, what: "typing" }).catch(() => {});
  }
}

export function sender(api: AgentApi): (sign: Sign) => Promise<void> {
  return (sign) => api.sign(sign.id, sign.what, sign.what === "typing" ? undefined : sign.throughSeq);
}

function lastOfCustomer({ thread }: Conversation): number {
  return thread.items.findLast((item) => item.author.kind === "customer")?.seq ?? 0;
}
