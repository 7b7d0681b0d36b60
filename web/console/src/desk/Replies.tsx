/** Replies that are ready: a slash in the answer lists them, the arrows choose, Enter puts one in. */

import { asFailure, type Conversation, filledIn, slashed } from "@firstreply/sdk/agent";
import type { ReadyAnswer } from "@firstreply/sdk/contracts";
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react";
import { sentenceOf } from "../sentences.ts";
import type { WorkActions } from "./useWork.ts";

/** Between the last letter typed and the question. In ms. */
const PAUSE_MS = 150;

interface Needs {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly conversation: Conversation;
  readonly me: string;
  readonly actions: WorkActions;
  readonly text: string;
  readonly type: (words: string) => void;
}

export interface Replies {
  readonly id: string;
  /** The words after the slash; null: the list is not asked for. */
  readonly words: string | null;
  readonly found: readonly ReadyAnswer[] | null;
  readonly problem: string | null;
  readonly chosen: number;
  /** Look again where the caret stands: after each letter, click and step. */
  look(): void;
  /** Whether the key was for the list. */
  onKey(event: KeyboardEvent): boolean;
  use(reply: ReadyAnswer): void;
}

export function useReplies({ box, conversation, me, actions, text, type }: Needs): Replies {
  const id = useId();
  const [slash, setSlash] = useState<ReturnType<typeof slashed>>(null);
  const [chosen, choose] = useState(0);
  const { found, problem } = useFound(slash?.words ?? null, actions);
  useEffect(() => choose(0), [found]);
  const look = (): void => {
    const { current } = box;
    setSlash(current ? slashed(current.value, current.selectionStart) : null);
  };
  const use = (reply: ReadyAnswer): void => {
    if (!slash) return;
    const customer = conversation.card?.customer.name ?? conversation.customerName;
    const words = filledIn(reply.text, { customer, agent: me });
    const end = slash.at + 1 + slash.words.length;
    type(text.slice(0, slash.at) + words + text.slice(end));
    setSlash(null);
    putCaret(box, slash.at + words.length);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (!slash || event.nativeEvent.isComposing) return false;
    const count = found?.length ?? 0;
    const reply = found?.[chosen];
    if (event.key === "Escape") setSlash(null);
    else if (event.key === "ArrowDown" && count > 0) choose((chosen + 1) % count);
    else if (event.key === "ArrowUp" && count > 0) choose((chosen + count - 1) % count);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && reply) use(reply);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { id, words: slash?.words ?? null, found, problem, chosen, look, onKey, use };
}

/** What the answer's box says of the list to who cannot see it. */
export function ariaOf({ id, words, found, chosen }: Replies) {
  if (words === null || !found?.length) return { "aria-autocomplete": "list" as const };
  return {
    "aria-autocomplete": "list" as const,
    "aria-haspopup": "listbox" as const,
    "aria-controls": id,
    "aria-activedescendant": `${id}-${chosen}`,
  };
}

export function ReplyList({ replies }: { replies: Replies }) {
  const { id, words, found, problem, chosen, use } = replies;
  if (words === null) return null;
  return (
    <div className="replies">
      <p className="replies-said" role="status">
        {problem ?? saidOf(found, words)}
      </p>
      <ul id={id} role="listbox" aria-label="Canned replies">
        {found?.map((reply, place) => (
          <li
            key={reply.id}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === chosen}
            ref={place === chosen ? intoSight : null}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => use(reply)}
          >
            <b dir="auto">{reply.title}</b>
            <span dir="auto">{reply.text}</span>
            <i>{reply.language}</i>
          </li>
        ))}
      </ul>
    </div>
  );
}

function saidOf(found: readonly ReadyAnswer[] | null, words: string): string {
  if (found === null) return "";
  if (found.length > 0) return `Canned replies: ${found.length}. Arrows choose, Enter puts one in.`;
  return words === "" ? "Your shop has no canned replies yet." : "No canned reply has these words.";
}

function intoSight(row: HTMLLIElement | null): void {
  row?.scrollIntoView({ block: "nearest" });
}

/** After the words are in the box. */
function putCaret(box: RefObject<HTMLTextAreaElement | null>, at: number): void {
  requestAnimationFrame(() => {
    box.current?.focus();
    box.current?.setSelectionRange(at, at);
  });
}

interface Found {
  readonly found: readonly ReadyAnswer[] | null;
  readonly problem: string | null;
}

const NOTHING: Found = { found: null, problem: null };

function useFound(words: string | null, actions: WorkActions): Found {
  const [found, setFound] = useState<Found>(NOTHING);
  useEffect(() => {
    if (words === null) {
      setFound(NOTHING);
      return;
    }
    let asked = true;
    const ask = (): void => {
      actions.replies(words).then(
        (replies) => asked && setFound({ found: replies, problem: null }),
        (error: unknown) => asked && setFound({ found: null, problem: sentenceOf(asFailure(error)) }),
      );
    };
    const pause = setTimeout(ask, words === "" ? 0 : PAUSE_MS);
    return () => {
      asked = false;
      clearTimeout(pause);
    };
  }, [words, actions]);
  return found;
}
