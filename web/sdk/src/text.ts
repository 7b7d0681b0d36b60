/** Whether a text shows anything: the server refuses one that does not. */

/** Controls, formats (zero-width ones), spaces, marks without a letter, and letters that are blank. */
const SHOWS_NOTHING =
  /^[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Mn}\p{Me}\u115F\u1160\u2800\u3164\uFFA0]*$/u;

export function showsSomething(text: string): boolean {
  return !SHOWS_NOTHING.test(text);
}
