/** What the chat sends: its hello, and messages in the order they were written. */

import type { ClientFrame, Hello } from "../contracts.ts";
import type { ChatState, Effect, Outgoing, Step } from "./state.ts";

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

/** Where the customer is, on a connection that is welcome already. */
export function contextOf({ pageUrl, locale, cart, paymentFailed }: ChatState): ClientFrame {
  // A server that is older than invitations would refuse a field it does not know.
  const payment = paymentFailed === null ? {} : { payment_failed: paymentFailed };
  return { type: "context", page_url: pageUrl?.slice(0, 2_000) ?? null, locale, cart, ...payment };
}

function frameOf({ clientId, text, files, rates, isAddress }: Outgoing): ClientFrame {
  if (isAddress) return { type: "leave_address", client_id: clientId, address: text };
  if (rates === null) return { type: "send", client_id: clientId, text, ...idsOf(files) };
  const { conversationId, rating } = rates;
  const comment = text === "" ? null : text;
  return { type: "rate", client_id: clientId, conversation_id: conversationId, rating, comment };
}

/** A server that is older than files would refuse a field it does not know. */
function idsOf(files: Outgoing["files"]) {
  return files.length > 0 ? { file_ids: files.map((file) => file.id) } : {};
}

/** Hand over, in order, every message this connection was not given; none while told to pause. */
export function flush(state: ChatState, now: number): Step {
  if (state.phase !== "live" || state.pausedUntil !== null) return { state, effects: [] };
  const due = state.outgoing.filter((one) => one.sentAt === null && one.refusal === null);
  const effects = due.map((one): Effect => ({ type: "send", frame: frameOf(one) }));
  const outgoing = state.outgoing.map((one) => (due.includes(one) ? { ...one, sentAt: now } : one));
  return leave({ ...state, outgoing }, effects);
}

/** Say it once a connection, and only while that conversation is the present one. */
function leave(state: ChatState, effects: readonly Effect[]): Step {
  const { leaving } = state;
  const isPresent = state.items.at(-1)?.conversation_id === leaving?.conversationId;
  if (leaving === null || leaving.sent || !isPresent) return { state, effects };
  const frame = { type: "leave" } as const;
  return {
    state: { ...state, leaving: { ...leaving, sent: true } },
    effects: [...effects, { type: "send", frame }],
  };
}
