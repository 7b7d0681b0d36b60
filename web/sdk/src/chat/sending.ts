/** What the chat sends: its hello, and messages in the order they were written. */

import type { Hello } from "../contracts.ts";
import type { ChatState, Effect, Step } from "./state.ts";

export function hello(state: ChatState): Hello {
  const last = state.items.at(-1);
  return {
    type: "hello",
    site_key: state.siteKey,
    session_token: state.session?.token ?? null,
    customer_token: state.customerToken,
    epoch: state.session?.epoch ?? null,
    conversation_id: last?.conversation_id ?? null,
    last_seq: last?.seq ?? 0,
    page_url: state.pageUrl?.slice(0, 2_000) ?? null,
    locale: state.locale,
    cart: state.cart,
  };
}

/** Hand over, in order, every message this connection was not given; none while told to pause. */
export function flush(state: ChatState, now: number): Step {
  if (state.phase !== "live" || state.pausedUntil !== null) return { state, effects: [] };
  const due = state.outgoing.filter((one) => one.sentAt === null && one.refusal === null);
  const effects = due.map(
    ({ clientId, text }): Effect => ({
      type: "send",
      frame: { type: "send", client_id: clientId, text },
    }),
  );
  const outgoing = state.outgoing.map((one) => (due.includes(one) ? { ...one, sentAt: now } : one));
  return { state: { ...state, outgoing }, effects };
}
