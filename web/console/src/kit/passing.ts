/** Into whose hands work can be passed, as a list has them and as the router is asked. */

import type { AgentId, Transfer } from "@firstreply/sdk/contracts";

const LINE = "line";

/** The first choice of every such list. */
export const BACK_TO_LINE = { value: LINE, label: "Back to the line: whoever is free first" } as const;

/** What is wished by a choice: the colleague it names, if still there, or else the line. */
export function wishOf(chosen: string, there: readonly AgentId[]): Pick<Transfer, "to_agent" | "to_line"> {
  const agent = there.find((one) => one === chosen) ?? null;
  return { to_agent: agent, to_line: agent === null };
}
