/** The button in the corner. */

import type { RefObject } from "preact";
import { CloseIcon, SpeechIcon } from "./icons.tsx";

interface Props {
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly label: string;
  readonly open: boolean;
  readonly unread: number;
  readonly onToggle: () => void;
}

export function Launcher({ button, label, open, unread, onToggle }: Props) {
  return (
    <button
      ref={button}
      type="button"
      class={open ? "launcher launcher-open" : "launcher"}
      aria-expanded={open}
      aria-label={open ? "Close the chat" : spoken(label, unread)}
      onClick={onToggle}
    >
      {open ? <CloseIcon /> : <SpeechIcon />}
      {!open && <span class="launcher-label">{label}</span>}
      {!open && unread > 0 && <span class="badge">{unread > 9 ? "9+" : unread}</span>}
    </button>
  );
}

function spoken(label: string, unread: number): string {
  if (unread === 0) return label;
  return `${label}, ${unread} new ${unread === 1 ? "message" : "messages"}`;
}
