/** The box a customer writes in. Enter sends, Shift+Enter begins a line. */

import { showsSomething } from "@firstreply/sdk/chat";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { SendIcon } from "./icons.tsx";
import { lengthOf } from "./sentences.ts";

/** How many characters before the limit the count is shown. */
const COUNT_WITHIN = 500;

interface Props {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly max: number;
  readonly onText: (text: string) => void;
  readonly onSend: () => void;
}

export function Composer({ box, text, max, onText, onSend }: Props) {
  const length = lengthOf(text);
  const sendable = showsSomething(text) && length <= max;
  useEffect(() => box.current?.focus(), [box]);
  const sendOnEnter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (sendable) onSend();
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (sendable) onSend();
    box.current?.focus();
  };
  return (
    <form class="composer" onSubmit={submit}>
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label="Your message"
        aria-describedby="count"
        aria-invalid={length > max}
        placeholder="Write a message"
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={sendOnEnter}
      />
      <button type="submit" class="send" aria-label="Send" aria-disabled={!sendable}>
        <SendIcon />
      </button>
      <p id="count" class={length > max ? "count count-over" : "count"} aria-live="polite">
        {length > max - COUNT_WITHIN && countLine(length, max)}
      </p>
    </form>
  );
}

function countLine(length: number, max: number): string {
  const figures = `${length.toLocaleString()} of ${max.toLocaleString()} characters`;
  return length > max ? `${figures}: please shorten it, or send it in parts.` : figures;
}
