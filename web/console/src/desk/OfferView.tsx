/** An offer in full: the words, the time left, one key to take it. */

import type { Desk } from "@firstreply/sdk/agent";
import type { Offer } from "@firstreply/sdk/contracts";
import { Button, Kbd } from "@mantine/core";
import { useEffect, useRef } from "react";
import { Countdown } from "../kit/Countdown.tsx";
import { nameOfOffer, wordsOfOffer } from "./names.ts";
import { mayTakeFocus } from "./useKeys.ts";
import type { WorkActions } from "./useWork.ts";
import { WorkFacts } from "./WorkFacts.tsx";

interface Props {
  readonly offer: Offer;
  readonly desk: Desk;
  readonly actions: WorkActions;
}

export function OfferView({ offer, desk, actions }: Props) {
  const accept = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (mayTakeFocus()) accept.current?.focus();
  }, []);
  return (
    <section className="offer" aria-labelledby="offer-name">
      <Countdown from={offer.created_at} until={offer.respond_by} skewMs={desk.skewMs} size="large" />
      <h1 id="offer-name" dir="auto">
        {nameOfOffer(offer)}
      </h1>
      {offer.work ? (
        <WorkFacts work={offer.work} />
      ) : (
        <p className="offer-words" dir="auto">
          {offer.preview}
        </p>
      )}
      <div className="offer-keys">
        <Button ref={accept} size="lg" onClick={() => actions.accept(offer)} aria-keyshortcuts="A Alt+A">
          Accept <Kbd aria-hidden="true">A</Kbd>
        </Button>
        <Button
          size="lg"
          variant="default"
          onClick={() => actions.decline(offer)}
          aria-keyshortcuts="D Alt+D"
        >
          Decline <Kbd aria-hidden="true">D</Kbd>
        </Button>
      </div>
      <p className="hidden" role="alert">
        {`${nameOfOffer(offer)} is waiting: ${wordsOfOffer(offer)}. Press A to accept, D to decline.`}
      </p>
    </section>
  );
}
