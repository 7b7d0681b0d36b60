/** The present instant for running clocks, on the server's clock. */

import { useEffect, useState } from "react";

/** Often enough that a second is never seen to stay for two. */
const TICK_MS = 200;

/** Milliseconds since the epoch, moving while `running`. */
export function useNow(skewMs: number, running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [running]);
  return now + skewMs;
}

/** Whether an instant of this machine's clock is still to come; false for none. */
export function useBefore(until: number | null): boolean {
  const [, again] = useState(0);
  useEffect(() => {
    if (until === null) return;
    const timer = setTimeout(() => again((times) => times + 1), until - Date.now());
    return () => clearTimeout(timer);
  }, [until]);
  return until !== null && Date.now() < until;
}
