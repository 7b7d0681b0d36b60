/** What stood in the way of those who were not answered in time today. */

import type { FirstResponseReport } from "@firstreply/sdk/contracts";
import { span } from "../format.ts";
import { causeOf } from "./explain.ts";

export function InTheWay({ today }: { today: FirstResponseReport | null }) {
  const misses = today?.in_hours.misses ?? [];
  const most = Math.max(1, ...misses.map((one) => one.time_ms));
  return (
    <section aria-labelledby="board-misses">
      <h2 id="board-misses">What was in the way today</h2>
      {today && misses.length === 0 && <p className="board-none">{nothing(today)}</p>}
      <ul>
        {misses.map(({ cause, time_ms: ms }) => (
          <li key={cause} className="board-cause">
            <span>{causeOf(cause)}</span>
            <span>{span(ms)}</span>
            <i style={{ width: `${(ms / most) * 100}%` }} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function nothing({ in_hours: { counted } }: FirstResponseReport): string {
  return counted > 0 ? "Nothing: all were answered in time." : "Nobody's time is up yet.";
}
