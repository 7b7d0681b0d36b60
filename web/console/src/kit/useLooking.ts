/** What `keepLooking` finds, while a part of the page is shown. */

import { asFailure } from "@firstreply/sdk/agent";
import { useCallback, useEffect, useRef, useState } from "react";
import { sentenceOf } from "../sentences.ts";
import { keepLooking, type Looking } from "./looking.ts";

interface Seen<T> {
  /** What was read last; null until then. */
  readonly found: T | null;
  /** Why it could not be read the last time. */
  readonly problem: string | null;
  readonly look: () => Promise<void>;
}

/** Read every so often; `read` must stay the same function, or it begins anew. */
export function useLooking<T>(read: () => Promise<T>, everyMs: number): Seen<T> {
  const [found, setFound] = useState<T | null>(null);
  const [problem, say] = useState<string | null>(null);
  const looking = useRef<Looking | null>(null);
  useEffect(() => {
    const here = keepLooking(read, everyMs, {
      found: (what) => {
        setFound(() => what);
        say(null);
      },
      failed: (error) => say(sentenceOf(asFailure(error))),
    });
    looking.current = here;
    return here.stop;
  }, [read, everyMs]);
  const look = useCallback(async () => looking.current?.look(), []);
  return { found, problem, look };
}
