/** Signed out or at work; nothing else. */

import type { SignedIn } from "@firstreply/sdk/contracts";
import { useCallback, useState } from "react";
import { Work } from "./desk/Work.tsx";
import { endSession, forgetKept, loadSession, saveSession } from "./session.ts";
import { SignInPage } from "./SignInPage.tsx";

export function App() {
  const [session, setSession] = useState(loadSession);
  const [reason, setReason] = useState<string | null>(null);
  const leave = useCallback((why: string | null) => {
    endSession();
    if (why === null) forgetKept();
    setReason(why);
    setSession(null);
  }, []);
  const enter = (signedIn: SignedIn): void => setSession(saveSession(signedIn));
  if (!session) return <SignInPage reason={reason} onSignedIn={enter} />;
  return <Work key={session.token} session={session} onLeave={leave} />;
}
