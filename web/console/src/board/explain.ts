/** Decisions of the router in words for people; chooses, never shows. */

import type { Decision, DecisionTrigger, Exclusion, MissCause } from "@firstreply/sdk/contracts";
import { count, word } from "../format.ts";

const BECAUSE: Partial<Record<DecisionTrigger, string>> = {
  conversation_started: "The customer wrote",
  conversation_reopened: "The customer wrote again",
  slot_freed: "A place became free",
  agent_available: "An agent became available",
  agent_changed: "An agent was changed by an administrator",
  offer_declined: "An agent declined",
  offer_expired: "An offer ran out unanswered",
  offer_unanswered: "Nobody had accepted yet",
  agent_gone: "The agent was gone",
  policy_set: "The routing policy was set",
  shop_opened: "The shop opened",
  transferred: "An agent passed it on",
  work_requested: "Another system asked for somebody",
  work_due: "It became due",
  requeued: "It was to be offered to others",
};

const LEFT_OUT: Partial<Record<Exclusion, string>> = {
  disconnected: "not connected",
  not_available: "not available",
  at_capacity: "with as many conversations as they can take",
  declined_before: "who had declined or let it run out",
  already_offered: "asked already",
  may_not_reply: "who may not answer customers",
  lacks_skill: "without a skill that is needed",
  lacks_language: "who do not speak the customer's language",
  kept_free: "kept free for whoever comes next, who can still be answered in time",
  occupied: "occupied for the moment with another customer",
};

const IN_THE_WAY: Readonly<Record<MissCause, string>> = {
  no_staff: "Nobody could be asked",
  closed: "The rush of the opening",
  stream_lost: "No console showed the offer",
  offer_ignored: "Shown, and not accepted",
  agent_slow: "Accepted, and not answered yet",
};

export const causeOf = (cause: MissCause): string => IN_THE_WAY[cause] ?? word(cause);

/** "The customer wrote: offered to Anna (1 of 4 places taken), before Bo (2 of 4)." */
export function decisionLine({ trigger, candidates, waiting_ahead: ahead }: Decision): string {
  const because = BECAUSE[trigger] ?? word(trigger);
  const chosen = candidates.find((one) => one.chosen);
  if (!chosen) return `${because}: nobody could be asked${ahead > 0 ? `, ${ahead} waited before` : ""}.`;
  const others = candidates.filter((one) => !one.chosen).map(withLoad);
  const before = others.length > 0 ? `, before ${others.join(", ")}` : "";
  return `${because}: offered to ${withLoad(chosen)}${before}.`;
}

/** "Left out: 2 agents not connected, 1 agent asked already."; null when nobody was. */
export function leftOutLine({ excluded, languages }: Decision): string | null {
  if (excluded.length === 0) return null;
  const parts = excluded.map(
    ({ reason, agents }) => `${count(agents, "agent", "agents")} ${leftOut(reason, languages)}`,
  );
  return `Left out: ${parts.join(", ")}.`;
}

/** A record of an earlier release does not say which languages would have done. */
function leftOut(reason: Exclusion, languages: readonly string[]): string {
  if (reason === "lacks_language" && languages.length > 0) return `who speak no ${languages.join(" or ")}`;
  return LEFT_OUT[reason] ?? word(reason);
}

function withLoad({ agent, load, capacity, occupied, language }: Decision["candidates"][number]): string {
  const more = [language, occupied ? "occupied" : null].filter((one) => one !== null);
  return `${agent.name} (${[`${load} of ${capacity} places taken`, ...more].join(", ")})`;
}
