/** An agent at work: the bar above, what waits on the left, the talk, the customer on the right. */

import type { Conversation, Desk } from "@firstreply/sdk/agent";
import type { Offer } from "@firstreply/sdk/contracts";
import { Alert } from "@mantine/core";
import { CardPane } from "../card/CardPane.tsx";
import type { SignedInHere } from "../session.ts";
import { ConversationView } from "./ConversationView.tsx";
import { Idle } from "./Idle.tsx";
import { OfferBar } from "./OfferBar.tsx";
import { OfferView } from "./OfferView.tsx";
import { Rail } from "./Rail.tsx";
import { TopBar } from "./TopBar.tsx";
import { useKeys } from "./useKeys.ts";
import { useWork, type WorkActions } from "./useWork.ts";

interface Props {
  readonly session: SignedInHere;
  readonly onLeave: (why: string | null) => void;
}

export function Work({ session, onLeave }: Props) {
  const { desk, shown, notice, actions } = useWork(session, onLeave);
  useKeys(desk, shown, actions);
  const conversation = desk.open ? (desk.conversations.get(desk.open) ?? null) : null;
  return (
    <div className="work">
      <TopBar desk={desk} actions={actions} />
      <Rail desk={desk} shown={conversation ? null : shown} actions={actions} />
      <main className="centre">
        <LinkLine desk={desk} />
        {notice && (
          <Alert
            color="orange"
            variant="light"
            role="alert"
            withCloseButton
            closeButtonLabel="Close this message"
            onClose={() => actions.say(null)}
          >
            {notice}
          </Alert>
        )}
        <Centre desk={desk} shown={shown} conversation={conversation} actions={actions} />
      </main>
      <CardPane offer={conversation ? null : shown} conversation={conversation} />
    </div>
  );
}

interface CentreProps {
  readonly desk: Desk;
  readonly shown: Offer | null;
  readonly conversation: Conversation | null;
  readonly actions: WorkActions;
}

function Centre({ desk, shown, conversation, actions }: CentreProps) {
  if (conversation) {
    return (
      <>
        {shown && <OfferBar offer={shown} desk={desk} actions={actions} />}
        <ConversationView
          key={conversation.id}
          conversation={conversation}
          desk={desk}
          actions={actions}
        />
      </>
    );
  }
  if (shown) return <OfferView key={shown.id} offer={shown} desk={desk} actions={actions} />;
  return <Idle desk={desk} actions={actions} />;
}

function LinkLine({ desk }: { desk: Desk }) {
  return (
    <div role="status">
      {desk.link === "lost" && (
        <p className="link-lost">
          The connection is lost, so no offers come in. We are connecting again; what you write is
          kept and sent then.
        </p>
      )}
    </div>
  );
}
