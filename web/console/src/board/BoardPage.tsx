/** A supervisor's wallboard: who waits for an answer, who is there to give it, how today went. */

import type { ConversationId, Unanswered } from "@firstreply/sdk/contracts";
import { Button } from "@mantine/core";
import { useState } from "react";
import { time } from "../format.ts";
import { Wordmark } from "../kit/Wordmark.tsx";
import type { SignedInHere } from "../session.ts";
import { Figures } from "./Figures.tsx";
import { InTheWay } from "./InTheWay.tsx";
import { Team } from "./Team.tsx";
import { useBoard } from "./useBoard.ts";
import { Waiting } from "./Waiting.tsx";
import { Why } from "./Why.tsx";

interface Props {
  readonly session: SignedInHere;
  readonly onLeave: (why: string | null) => void;
  /** To one's own conversations, to take one more along; null for who has none. */
  readonly onDesk: ((take: ConversationId | null) => void) | null;
}

export function BoardPage({ session, onLeave, onDesk }: Props) {
  const board = useBoard(session, onLeave);
  const [asked, ask] = useState<Unanswered | null>(null);
  const signOut = (): void => {
    void board.api.signOut().catch(() => undefined);
    onLeave(null);
  };
  return (
    <div className="board">
      <header className="top-bar">
        <Wordmark />
        <span className="me" title={session.agent.name} dir="auto">
          {session.agent.name}
        </span>
        <span className="spring" />
        {onDesk && (
          <Button className="bar-button" variant="subtle" color="gray" onClick={() => onDesk(null)}>
            My conversations
          </Button>
        )}
        <Button className="bar-button" variant="subtle" color="gray" onClick={signOut}>
          Sign out
        </Button>
      </header>
      {board.staleSince !== null && (
        <p className="board-stale" role="alert">
          The server does not answer. This is how it was at {time(new Date(board.staleSince).toISOString())}.
        </p>
      )}
      <Figures now={board.now} today={board.today} />
      <main className="board-waiting">
        <Waiting now={board.now} skewMs={board.skewMs} onWhy={ask} />
      </main>
      <aside className="board-side" aria-label="Agents, and today">
        <Team now={board.now} />
        <InTheWay today={board.today} />
      </aside>
      <Why board={board} asked={asked} onTake={onDesk} onClose={() => ask(null)} />
    </div>
  );
}
