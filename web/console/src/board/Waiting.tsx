/** Everybody without an answer, the most urgent first. */

import type { Unanswered, Wallboard } from "@firstreply/sdk/contracts";
import { Countdown } from "../kit/Countdown.tsx";

interface Props {
  readonly now: Wallboard | null;
  readonly skewMs: number;
  readonly onWhy: (one: Unanswered) => void;
}

export function Waiting({ now, skewMs, onWhy }: Props) {
  const more = now ? now.unanswered_count - now.unanswered.length : 0;
  return (
    <>
      <h2>Waiting for an answer</h2>
      {now?.unanswered.length === 0 && <p className="board-none">Everybody has been answered.</p>}
      <ul>
        {now?.unanswered.map((one) => (
          <li key={one.conversation_id}>
            <button type="button" className="board-row" onClick={() => onWhy(one)}>
              <Countdown from={one.queued_at} until={one.respond_by} skewMs={skewMs} />
              <span className="board-words">
                <b dir="auto">{one.customer_name ?? (one.channel === "task" ? "Other work" : "A customer")}</b>
                <span dir="auto">{one.preview}</span>
              </span>
              <span className="board-with">{withWhom(one)}</span>
              <span className="board-why">Why?</span>
            </button>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="board-none">And {more.toLocaleString()} more.</p>}
    </>
  );
}

function withWhom({ agent, asked }: Unanswered): string {
  if (agent) return `${agent.name} has it`;
  if (asked.length === 0) return "Nobody asked yet";
  return `Asked: ${asked.map((one) => one.name).join(", ")}`;
}
