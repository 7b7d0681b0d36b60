/** Says to an agent whom the router set away why that is, and how to be back. */

import type { Desk } from "@firstreply/sdk/agent";
import { Button } from "@mantine/core";
import { wasSetAway } from "./names.ts";
import type { WorkActions } from "./useWork.ts";

export const SET_AWAY = "You were set to away because two offers in a row ran out without an answer.";

export function AwayNotice({ desk, actions }: { desk: Desk; actions: WorkActions }) {
  return (
    <div role="alert">
      {wasSetAway(desk) && (
        <div className="away-notice">
          <p>{SET_AWAY} No more offers come to you until you are back.</p>
          <Button onClick={() => actions.setStatus("available")}>I am available</Button>
        </div>
      )}
    </div>
  );
}
