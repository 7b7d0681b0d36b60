/** Whether a text shows anything, which the server asks for; and texts that are ready, filled in. */

/** Controls, formats (zero-width ones), spaces, marks without a letter, and letters that are blank. */
const SHOWS_NOTHING =
  /^[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Mn}\p{Me}\u115F\u1160\u2800\u3164\uFFA0]*$/u;

export function showsSomething(text: string): boolean {
  return !SHOWS_NOTHING.test(text);
}

/** What stands for whom in a reply that is ready. */
const PLACE = /([ \t]?)\{(first_name|agent_name)\}/g;

/** A reply with its names in it; one that nobody knows leaves no gap behind. */
export function filledIn(reply: string, names: { customer: string | null; agent: string }): string {
  const first = names.customer?.trim().split(/\s+/u)[0] ?? "";
  return reply.replace(PLACE, (_, space: string, place: string) => {
    const name = place === "first_name" ? first : names.agent;
    return name === "" ? "" : space + name;
  });
}

/** The word that is being written after a slash, where the words before it end; null: there is none. */
export function slashed(text: string, caret: number): { at: number; words: string } | null {
  const found = /(?:^|\s)\/([^\s/]*)$/u.exec(text.slice(0, caret));
  const words = found?.[1];
  return words === undefined ? null : { at: caret - words.length - 1, words };
}
