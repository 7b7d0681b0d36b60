/** Conversations that have ended, found by words. */

import { asFailure } from "@firstreply/sdk/agent";
import type { ListedConversation } from "@firstreply/sdk/contracts";
import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { day } from "../format.ts";
import { sentenceOf } from "../sentences.ts";
import { nameOfListed } from "./names.ts";
import type { WorkActions } from "./useWork.ts";

/** Between the last letter typed and the question: a word is not asked for letter by letter. In ms. */
const PAUSE_MS = 250;

interface Props {
  /** How many on the desk are over: with each one more the list is asked for again. */
  readonly over: number;
  readonly past: ListedConversation | null;
  readonly actions: WorkActions;
  readonly onPast: (past: ListedConversation) => void;
}

export function Earlier({ over, past, actions, onPast }: Props) {
  const [words, setWords] = useState("");
  const { found, more, problem } = useEnded(words.trim(), over, actions);
  const nothing = words.trim() === "" ? "None yet." : "Nothing found.";
  return (
    <section className="earlier" role="search" aria-label="Ended conversations">
      <h2>Ended</h2>
      <TextInput
        type="search"
        size="sm"
        aria-label="Find ended conversations by words"
        placeholder="Find by words"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <p className="rail-empty" role="status">
        {problem ?? (found?.length === 0 ? nothing : "")}
      </p>
      <ul>
        {found?.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className="row standing-ended"
              aria-current={past?.id === one.id}
              onClick={() => onPast(one)}
            >
              <span className="row-words">
                <b dir="auto">{nameOfListed(one)}</b>
                <span dir="auto">{one.preview}</span>
              </span>
              <span className="row-mark">{day(one.started_at)}</span>
            </button>
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" className="row earlier-more" onClick={more}>
          Show more
        </button>
      )}
    </section>
  );
}

interface Ended {
  readonly words: string;
  readonly found: readonly ListedConversation[] | null;
  readonly cursor: string | null;
  readonly problem: string | null;
}

function useEnded(words: string, over: number, actions: WorkActions) {
  const [ended, setEnded] = useState<Ended>({ words, found: null, cursor: null, problem: null });
  const ask = (cursor: string | null, known: readonly ListedConversation[]): void => {
    const answered = (part: Omit<Ended, "words">): void =>
      setEnded((now) => (now.words === words ? { words, ...part } : now));
    actions.ended(words, cursor).then(
      (page) =>
        answered({
          found: [...known, ...page.conversations],
          cursor: page.next_cursor,
          problem: null,
        }),
      (error: unknown) =>
        answered({ found: known, cursor, problem: sentenceOf(asFailure(error)) }),
    );
  };
  useEffect(() => {
    setEnded((now) => ({ ...now, words }));
    const timer = setTimeout(() => ask(null, []), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words, over]);
  const { found, cursor, problem } = ended;
  const more = cursor === null || found === null ? null : () => ask(cursor, found);
  return { found, more, problem };
}
