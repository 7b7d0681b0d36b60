/** Reads the shop as it stands every two seconds while somebody looks, and the day now and then. */

import { AgentApi, asFailure } from "@firstreply/sdk/agent";
import type { FirstResponseReport, Wallboard } from "@firstreply/sdk/contracts";
import { useEffect, useMemo, useState } from "react";
import { SIGNED_OUT } from "../sentences.ts";
import type { SignedInHere } from "../session.ts";

const EVERY_MS = 2_000;
/** The day's figures move slowly and cost more: each so many rounds. */
const DAY_EVERY = 10;

export interface Board {
  readonly api: AgentApi;
  readonly now: Wallboard | null;
  readonly today: FirstResponseReport | null;
  /** When it was last up to date, on this machine's clock; null while it is. */
  readonly staleSince: number | null;
  readonly skewMs: number;
}

export function useBoard(session: SignedInHere, onLeave: (why: string | null) => void): Board {
  const api = useMemo(() => new AgentApi("", session.token), [session.token]);
  const [now, setNow] = useState<Wallboard | null>(null);
  const [today, setToday] = useState<FirstResponseReport | null>(null);
  const [staleSince, setStale] = useState<number | null>(null);
  const [skewMs, setSkew] = useState(0);
  useEffect(() => {
    let over = false;
    let rounds = 0;
    let heardAt = Date.now();
    let timer: ReturnType<typeof setTimeout>;
    const look = async (): Promise<void> => {
      try {
        const board = await api.wallboard();
        const day = rounds++ % DAY_EVERY === 0 ? await api.firstResponses(midnight()) : null;
        if (over) return;
        heardAt = Date.now();
        setNow(board);
        setSkew(Date.parse(board.at) - heardAt);
        setStale(null);
        if (day) setToday(day);
      } catch (error) {
        if (over) return;
        if (asFailure(error).code === "not_signed_in") return onLeave(SIGNED_OUT);
        setStale(heardAt);
      }
      timer = setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [api, onLeave]);
  return { api, now, today, staleSince, skewMs };
}

function midnight(): Date {
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  return today;
}
