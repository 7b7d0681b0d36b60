/** A conversation that has ended, to be read. */

import { asFailure } from "@firstreply/sdk/agent";
import type { AgentId, Item, ListedConversation } from "@firstreply/sdk/contracts";
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { sentenceOf } from "../sentences.ts";
import { nameOfListed } from "./names.ts";
import { Log } from "./Transcript.tsx";
import type { WorkActions } from "./useWork.ts";

interface Props {
  readonly past: ListedConversation;
  readonly me: AgentId;
  readonly actions: WorkActions;
  readonly onLeave: () => void;
}

export function Past({ past, me, actions, onLeave }: Props) {
  const [items, setItems] = useState<readonly Item[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    actions.transcript(past.id).then(
      (read) => here && setItems(read),
      (error: unknown) => here && setProblem(sentenceOf(asFailure(error))),
    );
    return () => {
      here = false;
    };
  }, [past.id, actions]);
  const customer = nameOfListed(past);
  return (
    <section className="conversation" aria-label={`${customer}, ended`}>
      <header className="conversation-head">
        <h1 dir="auto">{customer}</h1>
        <p className="response">Ended</p>
        <Button variant="default" onClick={onLeave}>
          Close
        </Button>
      </header>
      {problem ? (
        <p className="rail-empty" role="alert">
          {problem}
        </p>
      ) : (
        <Log items={items} names={{ me, customer }} />
      )}
    </section>
  );
}
