/** The button in the corner. */

import type { RefObject } from "preact";
import { SpeechIcon } from "./icons.tsx";

interface Props {
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly label: string;
  readonly open: boolean;
  readonly unread: number;
  readonly onOpen: () => void;
}

export function Launcher({ button, label, open, unread, onOpen }: Props) {
  return (
    <button
      ref={button}
      type="button"
      class="launcher"
      hidden={open}
      aria-expanded={open}
      aria-label={spoken(label, unread)}
      onClick={onOpen}
    >
      <SpeechIcon />
      <span class="launcher-label">{label}</span>
      {unread > 0 && <span class="badge">{unread > 9 ? "9+" : unread}</span>}
    </button>
  );
}

function spoken(label: string, unread: number): string {
  if (unread === 0) return label;
  return `${label}, ${unread} new ${unread === 1 ? "message" : "messages"}`;
}
