/** Nothing on the screen: says what happens next, and what to do if nothing can. */

import type { Desk } from "@firstreply/sdk/agent";
import { Button } from "@mantine/core";
import { SET_AWAY } from "./AwayNotice.tsx";
import { FollowUpList } from "./FollowUpList.tsx";
import { wasSetAway } from "./names.ts";
import type { WorkActions } from "./useWork.ts";

export function Idle({ desk, actions }: { desk: Desk; actions: WorkActions }) {
  const served = [...desk.conversations.values()].some((one) => one.standing === "mine");
  return (
    <section className="idle">
      <IdleWords desk={desk} served={served} />
      {desk.link === "live" && desk.agent.status !== "available" && (
        <Button size="lg" onClick={() => actions.setStatus("available")}>
          I am available
        </Button>
      )}
      {desk.link === "live" && <FollowUpList actions={actions} />}
    </section>
  );
}

function IdleWords({ desk, served }: { desk: Desk; served: boolean }) {
  if (desk.link !== "live") {
    return (
      <>
        <h1>Connecting…</h1>
        <p>Your conversations are here as soon as the server answers.</p>
      </>
    );
  }
  if (wasSetAway(desk)) {
    return (
      <div role="alert">
        <h1>You were set to away</h1>
        <p>
          {SET_AWAY} No more offers come to you until you are back. Conversations you have stay yours.
        </p>
      </div>
    );
  }
  if (desk.agent.status !== "available") {
    return (
      <>
        <h1>You are away</h1>
        <p>No offers come to you until you are available. Conversations you have stay yours.</p>
      </>
    );
  }
  return (
    <>
      <h1>{served ? "Choose a conversation" : "Ready for the next customer"}</h1>
      <p>
        The next offer appears here with the customer's orders beside it, and you hear it. Press{" "}
        <kbd>A</kbd> to accept it.
      </p>
    </>
  );
}
