/** The newest words stay in sight, unless whoever reads has gone further up. */

import { useEffect, useLayoutEffect, useRef, useState } from "react";

/**
 * Keep the end of a log in sight as it grows to `count`, unless its reader is further up than
 * `nearEnd` pixels: then `below` says that there is more. What is `own` is always gone to.
 */
export function useEndInSight(count: number, nearEnd: number, own = false) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [below, setBelow] = useState(false);
  useEffect(() => {
    const log = box.current;
    if (!log) return;
    const note = (): void => {
      atEnd.current = log.scrollHeight - log.scrollTop - log.clientHeight < nearEnd;
      if (atEnd.current) setBelow(false);
    };
    const stay = new ResizeObserver(() => {
      if (atEnd.current) log.scrollTop = log.scrollHeight;
    });
    stay.observe(log);
    log.addEventListener("scroll", note, { passive: true });
    return () => {
      stay.disconnect();
      log.removeEventListener("scroll", note);
    };
  }, [nearEnd]);
  const toEnd = (): void => {
    const log = box.current;
    if (!log) return;
    log.scrollTop = log.scrollHeight;
    log.focus();
  };
  useLayoutEffect(() => {
    const log = box.current;
    if (log && (atEnd.current || own)) log.scrollTop = log.scrollHeight;
    else setBelow(true);
  }, [count, own]);
  return { box, below, toEnd };
}
