/** An agent at work: the bar above, what waits on the left, the talk, the customer on the right. */

import type { Conversation, Desk } from "@firstreply/sdk/agent";
import type { ConversationId, ListedConversation, Offer } from "@firstreply/sdk/contracts";
import { Fetching } from "@firstreply/talk/attachments";
import { Alert } from "@mantine/core";
import { useEffect, useState } from "react";
import { CardPane } from "../card/CardPane.tsx";
import type { SignedInHere } from "../session.ts";
import { AwayNotice } from "./AwayNotice.tsx";
import { ConversationView } from "./ConversationView.tsx";
import { Idle } from "./Idle.tsx";
import { OfferBar } from "./OfferBar.tsx";
import { OfferView } from "./OfferView.tsx";
import { comingForward, type Pane, PaneBar, usePanes } from "./panes.tsx";
import { Past } from "./Past.tsx";
import { Rail } from "./Rail.tsx";
import { TopBar } from "./TopBar.tsx";
import { useKeys } from "./useKeys.ts";
import { useWork, type WorkActions } from "./useWork.ts";
import { WorkView } from "./WorkView.tsx";

interface Props {
  readonly session: SignedInHere;
  readonly onLeave: (why: string | null) => void;
  /** To the whole shop; null for who may not see it. */
  readonly onBoard: (() => void) | null;
  /** To be taken as soon as the desk is there, where a supervisor comes from the board with it. */
  readonly wanted: ConversationId | null;
  readonly onTaken: () => void;
}

export function Work({ session, onLeave, onBoard, wanted, onTaken }: Props) {
  const { desk, shown, notice, actions } = useWork(session, onLeave);
  const { narrow, pane, go } = usePanes(desk.open);
  const [past, setPast] = useState<ListedConversation | null>(null);
  const choose = comingForward(actions, () => {
    setPast(null);
    go("talk");
  });
  const read = (one: ListedConversation): void => {
    actions.open(null);
    setPast(one);
    go("talk");
  };
  useKeys(desk, shown, choose);
  useEffect(() => {
    if (wanted === null || desk.link !== "live") return;
    onTaken();
    void choose.take(wanted);
  }, [wanted, desk.link]);
  const conversation = desk.open && !past ? (desk.conversations.get(desk.open) ?? null) : null;
  const offer = conversation || past ? null : shown;
  const sees = (one: Pane): boolean => !narrow || pane === one;
  return (
    <Fetching.Provider value={actions.fetchFile}>
      <div className={narrow ? "work work-narrow" : "work"}>
        <TopBar desk={desk} actions={actions} onBoard={onBoard} />
        {sees("list") && <Rail desk={desk} shown={offer} actions={choose} past={past} onPast={read} />}
        <main className={sees("talk") ? "centre" : "centre centre-notices"}>
          <LinkLine desk={desk} />
          <Notice notice={notice} actions={actions} />
          {(conversation || !sees("talk")) && <AwayNotice desk={desk} actions={actions} />}
          {shown && (conversation || past || !sees("talk")) && (
            <OfferBar offer={shown} desk={desk} actions={choose} />
          )}
          {sees("talk") && past && (
            <Past past={past} me={desk.agent.id} actions={actions} onLeave={() => setPast(null)} />
          )}
          {sees("talk") && !past && (
            <Centre desk={desk} shown={shown} conversation={conversation} actions={actions} />
          )}
        </main>
        {sees("card") && <CardPane offer={offer} conversation={conversation} />}
        {narrow && <PaneBar desk={desk} pane={pane} onPane={go} />}
      </div>
    </Fetching.Provider>
  );
}

function Notice({ notice, actions }: { notice: string | null; actions: WorkActions }) {
  if (!notice) return null;
  return (
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
  );
}

interface CentreProps {
  readonly desk: Desk;
  readonly shown: Offer | null;
  readonly conversation: Conversation | null;
  readonly actions: WorkActions;
}

function Centre({ desk, shown, conversation, actions }: CentreProps) {
  if (conversation?.routing.work) {
    const { work } = conversation.routing;
    return <WorkView key={work.id} conversation={conversation} work={work} desk={desk} actions={actions} />;
  }
  if (conversation) {
    return (
      <ConversationView
        key={conversation.id}
        conversation={conversation}
        desk={desk}
        actions={actions}
      />
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
