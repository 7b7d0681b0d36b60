/** The time left to answer in: a ring that empties, then how late it is. */

import { ticking } from "../format.ts";
import { useNow } from "./useNow.ts";

interface Props {
  readonly from: string;
  readonly until: string;
  readonly skewMs: number;
  readonly size?: "large" | "small";
}

/** From here on the ring is in the colour of haste. In ms. */
const HASTE_MS = 4_000;

/** Not read out: it would speak each second. What must be heard is said in words beside it. */
export function Countdown({ from, until, skewMs, size = "small" }: Props) {
  const now = useNow(skewMs, true);
  const end = Date.parse(until);
  const left = end - now;
  const whole = Math.max(1, end - Date.parse(from));
  const share = Math.min(1, Math.max(0, left / whole));
  const mood = left <= 0 ? "late" : left <= HASTE_MS ? "haste" : "calm";
  return (
    <span className={`countdown countdown-${size} ${mood}`} aria-hidden="true">
      <svg viewBox="0 0 36 36">
        <circle cx="18" cy="18" r="15.9" pathLength="100" className="ring-ground" />
        <circle
          cx="18"
          cy="18"
          r="15.9"
          pathLength="100"
          className="ring"
          strokeDasharray={`${share * 100} 100`}
        />
      </svg>
      <b>{left > 0 ? ticking(left) : `${ticking(-left)} late`}</b>
    </span>
  );
}
