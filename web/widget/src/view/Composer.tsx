/** The box a customer writes in. Enter sends, Shift+Enter begins a line. */

import { ACCEPT, isReady, type Laid, showsSomething, type Tray } from "@firstreply/sdk/chat";
import { TrayList } from "@firstreply/talk/tray-list";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ClipIcon, SendIcon } from "./icons.tsx";
import { lengthOf } from "./sentences.ts";

/** How many characters before the limit the count is shown. */
const COUNT_WITHIN = 500;

interface Props {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly tray: Tray;
  readonly laid: readonly Laid[];
  readonly max: number;
  readonly onText: (text: string) => void;
  readonly onSend: () => void;
}

export function Composer({ box, text, tray, laid, max, onText, onSend }: Props) {
  const length = lengthOf(text);
  const says = showsSomething(text) || laid.length > 0;
  const sendable = says && length <= max && isReady(laid);
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
    <form
      class="composer"
      onSubmit={submit}
      onPaste={(event) => takeFiles(event, event.clipboardData, tray)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => takeFiles(event, event.dataTransfer, tray)}
    >
      <TrayList laid={laid} onRemove={(key) => tray.remove(key)} />
      <Attach tray={tray} />
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

function Attach({ tray }: { tray: Tray }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="attach"
        aria-label="Attach files"
        onClick={() => picker.current?.click()}
      >
        <ClipIcon />
      </button>
      <input
        ref={picker}
        class="hidden"
        type="file"
        multiple
        accept={ACCEPT}
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget: input }) => {
          tray.add(input.files ?? []);
          input.value = ""; // the same file may be chosen again
        }}
      />
    </>
  );
}

/** Words are pasted as words; files, a screenshot among them, are laid down. */
function takeFiles(event: Event, brought: DataTransfer | null, tray: Tray): void {
  if (!brought || brought.files.length === 0) return;
  event.preventDefault();
  tray.add(brought.files);
}

function countLine(length: number, max: number): string {
  const figures = `${length.toLocaleString()} of ${max.toLocaleString()} characters`;
  return length > max ? `${figures}: please shorten it, or send it in parts.` : figures;
}
