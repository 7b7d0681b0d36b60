/** The promises this agent has to keep, the most urgent first; those overdue are counted. */

import type { FollowUpDue } from "@firstreply/sdk/contracts";
import { Button } from "@mantine/core";
import { useLooking } from "../kit/useLooking.ts";
import type { WorkActions } from "./useWork.ts";

const LOOK_EVERY_MS = 60_000;

export function FollowUpList({ actions }: { actions: WorkActions }) {
  const { found: told, look } = useLooking(actions.followUps, LOOK_EVERY_MS); // a failure: again soon
  if (told === null || told.follow_ups.length === 0) return null;
  const solve = (one: FollowUpDue): void => void actions.solve(one.conversation_id).then(look, look);
  return (
    <section className="follow-ups" aria-label="Follow-ups">
      <h2>
        Follow-ups{told.overdue > 0 && <b className="follow-ups-overdue">{` ${told.overdue} overdue`}</b>}
      </h2>
      <ul>
        {told.follow_ups.map((one) => (
          <li key={one.conversation_id}>
            <span dir="auto">
              <b>{one.customer_name ?? "A customer"}</b> {one.words}
            </span>
            <time className={one.overdue ? "follow-ups-overdue" : undefined} dateTime={one.due_at}>
              {one.overdue && "Overdue since "}
              {new Date(one.due_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}
            </time>
            <Button variant="default" size="xs" onClick={() => solve(one)}>
              Solved
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
