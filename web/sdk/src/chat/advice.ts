/** What to do after the server closed, and how long to wait; decides nothing else. */

import { AFTERWARDS, type Afterwards } from "../contracts.ts";

/** Codes that are not listed (a lost network is 1006) are worth another try. */
export function adviceFor(code: number): Afterwards {
  return AFTERWARDS.get(code) ?? "resume";
}

export const BACKOFF_FIRST_MS = 500;
/** Long enough to spare a server that is down, short enough that a customer is still there. */
export const BACKOFF_MAX_MS = 15_000;

/** Exponential with half of it random, so that many who were cut off together come back apart. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return Math.round(ceiling * (0.5 + random / 2));
}
