/** Says that the shop is closed and when it opens, and asks where to answer what was written. */

import { type Chat, type ChatState, hasEnded, type Outgoing, servingAgent } from "@firstreply/sdk/chat";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { closedLine } from "./sentences.ts";

/** Whether nobody is there: an agent may still serve this customer after the shop has closed. */
export function isClosed({ hours, items }: ChatState): boolean {
  return hours?.open === false && servingAgent(items) === null;
}

export function ClosedLine({ state }: { readonly state: ChatState }) {
  const closed = isClosed(state);
  return (
    <p class={closed ? "closed" : ""} role="status">
      {closed && closedLine(state.hours?.opens_at ?? null, Date.now())}
    </p>
  );
}

interface Props {
  readonly chat: Chat;
  readonly state: ChatState;
  /** Where the focus goes when the form is done with. */
  readonly box: RefObject<HTMLTextAreaElement | null>;
}

export function AddressForm({ chat, state, box }: Props) {
  const conversation = state.items.at(-1)?.conversation_id;
  const left = state.items.findLast((item) => item.kind === "address");
  const isLeft = left !== undefined && left.conversation_id === conversation;
  const offered = isClosed(state) && conversation !== undefined && !hasEnded(state.items);
  const asks = offered && !isLeft;
  const asked = useRef(asks);
  useEffect(() => {
    const lost = asked.current && isLeft && document.activeElement === document.body;
    if (lost) box.current?.focus(); // the form had it, and is gone
    asked.current = asks;
  }, [asks, isLeft, box]);
  return (
    <>
      {asks && <Form chat={chat} state={state} />}
      <p class={offered && isLeft ? "thanks" : ""} role="status">
        {offered && isLeft && (
          <>
            Thank you. We will answer you at <bdi>{left.text}</bdi>.
          </>
        )}
      </p>
    </>
  );
}

function Form({ chat, state }: Omit<Props, "box">) {
  const [address, setAddress] = useState("");
  const given = state.outgoing.findLast(({ isAddress }) => isAddress);
  const underWay = given !== undefined && given.refusal === null;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (underWay || address.trim() === "") return;
    if (given) chat.discard(given.clientId);
    chat.leaveAddress(address.trim());
  };
  return (
    <form class="address" noValidate onSubmit={submit}>
      <label for="address">Where may we answer you?</label>
      <input
        id="address"
        type="text"
        dir="auto"
        autocomplete="email"
        autocapitalize="off"
        spellcheck={false}
        maxLength={254}
        placeholder="E-mail, or phone with +country code"
        aria-invalid={given?.refusal != null}
        aria-describedby="address-says"
        value={address}
        onInput={(event) => setAddress(event.currentTarget.value)}
      />
      <button type="submit" class="address-button" aria-disabled={underWay || address.trim() === ""}>
        Leave it
      </button>
      <p id="address-says" class={given?.refusal ? "address-bad" : "address-says"} aria-live="polite">
        {wordsOf(given)}
      </p>
    </form>
  );
}

function wordsOf(given: Outgoing | undefined): string {
  if (!given) return "";
  if (given.refusal?.code !== "bad_address") return given.refusal?.detail ?? "Sending…";
  return "Nobody can be reached there. Write it like name@example.com or +351 21 123 4567.";
}
