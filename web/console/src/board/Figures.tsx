/** The shop in a few figures: now, and since midnight. */

import type { FirstResponseReport, Wallboard } from "@firstreply/sdk/contracts";
import { span } from "../format.ts";

interface Props {
  readonly now: Wallboard | null;
  readonly today: FirstResponseReport | null;
}

export function Figures({ now, today }: Props) {
  const late = now?.unanswered.filter((one) => one.respond_by < now.at).length ?? 0;
  const day = today?.in_hours;
  const seconds = Math.round((today?.target_ms ?? 0) / 1000);
  return (
    <dl className="board-figures">
      <Figure name="Waiting for an answer" value={now?.unanswered_count.toLocaleString()} />
      <Figure name="Late" value={now && late.toLocaleString()} mood={late > 0 ? "late" : ""} />
      <Figure name="In conversation" value={now?.answered.toLocaleString()} />
      {now && now.held > 0 && <Figure name="Wait for the opening" value={now.held.toLocaleString()} />}
      <Figure
        name={today ? `Answered within ${seconds} s today` : "Answered in time today"}
        value={day && (day.service_level_pct === null ? "none yet" : `${day.service_level_pct} %`)}
      />
      <Figure name="Half within" value={day && spread(day.first_response.p50_ms)} />
      <Figure name="Nine in ten within" value={day && spread(day.first_response.p90_ms)} />
    </dl>
  );
}

function spread(ms: number | null): string {
  return ms === null ? "–" : span(ms);
}

function Figure({ name, value, mood = "" }: { name: string; value: string | null | undefined; mood?: string }) {
  return (
    <div className={mood}>
      <dt>{name}</dt>
      <dd>{value ?? "…"}</dd>
    </div>
  );
}
