/** Reads docs/protocol/transcripts and plays them against the SDK's rules; its README says how. */

import { type ChatState, type Effect, initialState, type Input } from "../src/chat/state.ts";
import { nextWake, step } from "../src/chat/step.ts";
import type { Cart, ConversationId, ServerFrame } from "../src/contracts.ts";
import { hasEnded } from "../src/thread.ts";
import { anItem, aWelcome } from "./builders.ts";

export interface About {
  readonly situation: string;
  readonly proves: string;
  readonly client?: "broken";
  readonly given?: {
    readonly session?: { readonly token: string; readonly epoch: number };
    readonly customer_token?: string;
    readonly cart?: unknown;
  };
}

export interface Line {
  readonly who: string;
  readonly lost?: boolean;
  readonly client_id?: string;
  readonly [verb: string]: unknown;
}

export interface Transcript {
  readonly about: About;
  readonly lines: readonly Line[];
}

export function readTranscript(text: string): Transcript {
  const [about, ...lines] = text.trim().split("\n").map((line) => JSON.parse(line) as unknown);
  return { about: about as About, lines: lines as Line[] };
}

/** What is no matter of a client: the server's players hold it. */
const ELSEWHERE = new Set(["agent", "router", "node", "other window"]);
/** Latest values: the client tells them when it likes, and a transcript need not name each. */
const SIGNS = new Set(["typing", "received", "read"]);
const START = Date.parse("2026-11-23T08:00:00.000Z");
const PLACEHOLDER = /^<([a-z_]+)(?::(\w+))?>$/;
const STANDS_FOR: Record<string, (name: string) => unknown> = {
  site_key: () => "fk_1",
  token: (name) => `fs_${name}`,
  letters: (name) => "x".repeat(Number(name)),
  smiles: (name) => "\u{1F600}".repeat(Number(name)),
  ms: () => 1_234,
  at: () => new Date(START).toISOString(),
};

/** The frame as a server would send it: what the transcript leaves out is of no matter. */
const WHOLE: Record<string, (told: Record<string, unknown>) => unknown> = {
  welcome: (told) => aWelcome({ ...told, items: itemsOf(told.items) }),
  "message.created": (told) => ({ ...told, item: itemOf(told.item) }),
  accepted: (told) => ({ item_id: "item_0", created_at: new Date(START).toISOString(), text: null, ...told }),
  error: (told) => ({ detail: "", client_id: null, retry_after_ms: null, ...told }),
  bye: (told) => ({ detail: "", retry_in_ms: null, ...told }),
};

function itemOf(told: unknown) {
  const item = told as { readonly seq: number };
  return anItem(item.seq, item);
}

function itemsOf(told: unknown) {
  return ((told ?? []) as readonly unknown[]).map(itemOf);
}

/** Put in what placeholders stand for; a field of "<any>" is left out. */
export function fill(told: unknown): unknown {
  if (Array.isArray(told)) return told.map(fill);
  if (typeof told === "object" && told !== null) {
    const known = Object.entries(told).filter(([, value]) => value !== "<any>");
    return Object.fromEntries(known.map(([key, value]) => [key, fill(value)]));
  }
  const [, kind, name = ""] = (typeof told === "string" && PLACEHOLDER.exec(told)) || [];
  if (!kind) return told;
  return STANDS_FOR[kind]?.(name) ?? `${kind}_${name}`;
}

/** Where what was sent is not what is told; fields that are not told may be any. */
function differs(told: unknown, sent: unknown, place: string): string | null {
  if (typeof told !== "object" || told === null) {
    const same = told === sent || (told === null && sent === undefined);
    return same ? null : `${place} is ${JSON.stringify(sent)} where ${JSON.stringify(told)} is told`;
  }
  for (const [key, value] of Object.entries(told)) {
    const found = differs(value, (sent as Record<string, unknown> | null)?.[key], `${place}.${key}`);
    if (found) return found;
  }
  return null;
}

/** One playing: the SDK's rules under a clock of their own. */
export class Player {
  #now = START;
  #state: ChatState;
  #due: Effect[] = [];
  #signs: Effect[] = [];

  constructor({ about }: Transcript) {
    const { session, customer_token: customerToken = null } = about.given ?? {};
    this.#state = initialState(
      {
        siteKey: "fk_1",
        customerToken,
        session: session ? { ...session, subject: null } : null,
        pageUrl: null,
        locale: null,
        cart: (about.given?.cart ?? null) as Cart | null,
        textMax: 5_000,
      },
      this.#now,
    );
  }

  play(line: Line): void {
    if (ELSEWHERE.has(line.who)) return;
    const [verb] = Object.keys(line).filter((key) => `${line.who} ${key}` in this.#parts);
    if (!verb) throw new Error("nobody can play this line");
    const part = `${line.who} ${verb}`;
    if (line.who !== "client") this.#nothingDue(part);
    this.#parts[part]?.(fill(line[verb]) as never, line);
  }

  /** Whatever the rules want done, the transcript must tell. */
  done(): void {
    this.#nothingDue("the end");
  }

  readonly #parts: Record<string, (told: never, line: Line) => void> = {
    "page connects": () => this.#feed({ type: "connect" }),
    "page writes": (text: string, line: Line) =>
      this.#feed({ type: "write", clientId: String(line.client_id), text }),
    "page rates": (rating: number, line: Line) => {
      const conversationId = fill(line.in) as ConversationId;
      this.#feed({ type: "rate", clientId: String(line.client_id), conversationId, rating, comment: "" });
    },
    "page leaves_address": (address: string, line: Line) =>
      this.#feed({ type: "address", clientId: String(line.client_id), address }),
    "page visits": ({ page_url, cart = null }: { page_url: string; cart?: Cart | null }) =>
      this.#feed({ type: "visit", pageUrl: page_url, cart }),
    "page reports_payment_failed": (failed: boolean) => this.#feed({ type: "payment", failed }),
    "page accepts_invitation": () => this.#feed({ type: "answer", takesUp: true }),
    "page dismisses_invitation": () => this.#feed({ type: "answer", takesUp: false }),
    "page leaves": () => this.#feed({ type: "leave" }),
    "page types": () => this.#feed({ type: "type" }),
    "page looks": () => this.#feed({ type: "see" }),
    "page sees": (seen: Record<string, unknown>) => this.#sees(seen),
    "client connects": () => void this.#take("connect"),
    "client sends": (told: { readonly type: string }) => {
      const effect = SIGNS.has(told.type) ? this.#takeSign(told.type) : this.#take("send");
      const found = differs(told, effect.type === "send" ? effect.frame : null, "frame");
      if (found) throw new Error(found);
    },
    "client gives_up": () => {
      this.#take("disconnect");
      this.#feed({ type: "closed", code: 1006 });
    },
    "client stops_reading": () => {},
    "server sends": (told: Record<string, unknown>, line: Line) => {
      if (!line.lost) this.#hear(told);
    },
    "server closes": (code: number) => this.#feed({ type: "closed", code }),
    "network opens": () => this.#feed({ type: "opened" }),
    "network breaks": () => this.#feed({ type: "closed", code: 1006 }),
    "network falls_silent": () => {},
    "network loses_what_waits": () => {},
    "time passes_ms": (span: number) => this.#pass(span),
  };

  #hear(told: Record<string, unknown>): void {
    const frame = (WHOLE[String(told.type)]?.(told) ?? told) as ServerFrame;
    this.#feed({ type: "frame", frame });
  }

  #feed(input: Input): void {
    const next = step(this.#state, input, { now: this.#now, random: 0.5 });
    this.#state = next.state;
    const isSign = (one: Effect) => one.type === "send" && SIGNS.has(one.frame.type);
    this.#signs.push(...next.effects.filter(isSign));
    this.#due.push(...next.effects.filter((one) => one.type !== "store" && !isSign(one)));
  }

  /** The last sign of this type that was not told of yet. */
  #takeSign(type: string): Effect {
    const at = this.#signs.findLastIndex((one) => one.type === "send" && one.frame.type === type);
    const sign = this.#signs[at];
    if (!sign) throw new Error(`the client did not say that it ${type}`);
    this.#signs = this.#signs.slice(at + 1);
    return sign;
  }

  #take(type: Effect["type"]): Effect {
    const effect = this.#due.shift();
    if (effect?.type !== type) throw new Error(`the client wants ${JSON.stringify(effect)}`);
    return effect;
  }

  #nothingDue(part: string): void {
    if (this.#due.length === 0) return;
    throw new Error(`before ${part} the client wants ${JSON.stringify(this.#due)}`);
  }

  #pass(span: number): void {
    const end = this.#now + span;
    for (let at = nextWake(this.#state); at !== null && at <= end; at = nextWake(this.#state)) {
      this.#now = Math.max(at, this.#now);
      this.#feed({ type: "wake" });
      if (this.#due.length > 0) break;
    }
    this.#now = end;
  }

  #sees(seen: Record<string, unknown>): void {
    const state = this.#state;
    const refused = state.outgoing.filter((one) => one.refusal !== null);
    const shown: Record<string, unknown> = {
      phase: state.phase,
      texts: state.items.filter((item) => item.kind === "message").map((item) => item.text),
      place: state.signs.place?.position ?? null,
      agent_types: state.signs.agentTypesUntil !== null,
      delivered_through: state.signs.delivered?.seq ?? 0,
      read_through: state.signs.read?.seq ?? 0,
      ended: hasEnded(state.items),
      open: state.hours?.open ?? null,
      invitation: state.invitation?.text ?? null,
      history_lost: state.historyLost,
      refused: Object.fromEntries(refused.map((one) => [one.clientId, one.refusal?.code])),
    };
    for (const [what, told] of Object.entries(seen)) {
      if (!(what in shown)) throw new Error(`nobody knows whether ${what} is seen`);
      if (JSON.stringify(shown[what]) !== JSON.stringify(told)) {
        throw new Error(`${what} is ${JSON.stringify(shown[what])}, not ${JSON.stringify(told)}`);
      }
    }
  }
}
