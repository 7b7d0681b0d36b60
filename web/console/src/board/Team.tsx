/** The shop's agents, those who are there first. */

import type { BoardAgent, Wallboard } from "@firstreply/sdk/contracts";
import { word } from "../format.ts";

export function Team({ now }: { now: Wallboard | null }) {
  const agents = [...(now?.agents ?? [])].sort((a, b) => Number(isThere(b)) - Number(isThere(a)));
  const there = agents.filter(isThere).length;
  return (
    <section aria-labelledby="board-agents">
      <h2 id="board-agents">Agents{now && `: ${there} of ${agents.length} there`}</h2>
      <ul>
        {agents.map((one) => (
          <li key={one.agent.id} className={isThere(one) ? "board-agent" : "board-agent away"}>
            <b dir="auto">{one.agent.name}</b>
            <span>{standingOf(one)}</span>
            {isThere(one) && <Load one={one} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Load({ one: { load, capacity } }: { one: BoardAgent }) {
  const share = capacity === 0 ? 1 : Math.min(1, load / capacity);
  return (
    <span className="board-load" aria-hidden="true">
      <i className={share >= 1 ? "full" : ""} style={{ width: `${share * 100}%` }} />
    </span>
  );
}

export const isThere = ({ status, presence }: BoardAgent): boolean =>
  status === "available" && presence === "connected";

function standingOf(one: BoardAgent): string {
  if (isThere(one)) return `${one.load} of ${one.capacity}`;
  return one.presence === "connected" ? word(one.status) : "Not connected";
}
