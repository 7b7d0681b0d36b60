/** Signed out, at work, or looking at the whole shop; nothing else. */

import type { ConversationId, SignedIn } from "@firstreply/sdk/contracts";
import { useCallback, useState } from "react";
import { BoardPage } from "./board/BoardPage.tsx";
import { Work } from "./desk/Work.tsx";
import { endSession, forgetKept, loadSession, saveSession } from "./session.ts";
import { SignInPage } from "./SignInPage.tsx";

export function App() {
  const [session, setSession] = useState(loadSession);
  const [board, showBoard] = useState(false);
  const [wanted, want] = useState<ConversationId | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const leave = useCallback((why: string | null) => {
    endSession();
    if (why === null) forgetKept();
    setReason(why);
    setSession(null);
  }, []);
  const enter = (signedIn: SignedIn): void => setSession(saveSession(signedIn));
  if (!session) return <SignInPage reason={reason} onSignedIn={enter} />;
  const serves = session.scopes.includes("agent");
  if (session.scopes.includes("supervisor") && (board || !serves)) {
    const toDesk = (take: ConversationId | null): void => {
      want(take);
      showBoard(false);
    };
    const onDesk = serves ? toDesk : null;
    return <BoardPage key={session.token} session={session} onLeave={leave} onDesk={onDesk} />;
  }
  const toBoard = session.scopes.includes("supervisor") ? () => showBoard(true) : null;
  return (
    <Work
      key={session.token}
      session={session}
      onLeave={leave}
      onBoard={toBoard}
      wanted={wanted}
      onTaken={() => want(null)}
    />
  );
}
