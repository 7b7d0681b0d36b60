/** A first sentence that is ready: composing one from nothing is most of the ten seconds. */

import type { Conversation } from "@firstreply/sdk/agent";
import { Kbd } from "@mantine/core";
import { useEffect } from "react";

interface Props {
  readonly conversation: Conversation;
  readonly me: string;
  readonly onUse: (opener: string) => void;
}

/** There until this conversation has its first words from us, or words are being written. */
export function Opener({ conversation, me, onUse }: Props) {
  const { thread, unsent, draft } = conversation;
  const answered = thread.items.some((item) => item.kind === "message" && item.author.kind === "agent");
  const shown = !answered && unsent.length === 0 && draft === "";
  const opener = `Hello, this is ${me}. I am looking at it for you right now.`;
  useEffect(() => {
    if (!shown) return;
    const onKey = (event: KeyboardEvent): void => {
      if (!event.altKey || event.code !== "KeyO") return;
      event.preventDefault();
      onUse(opener);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  if (!shown) return null;
  return (
    <button type="button" className="opener" aria-keyshortcuts="Alt+O" onClick={() => onUse(opener)}>
      <span dir="auto">{opener}</span> <Kbd aria-hidden="true">Alt O</Kbd>
    </button>
  );
}
