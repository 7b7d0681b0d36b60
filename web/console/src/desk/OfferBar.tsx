/** An offer above an open conversation: it can be taken without leaving the words being typed. */

import type { Desk } from "@firstreply/sdk/agent";
import type { Offer } from "@firstreply/sdk/contracts";
import { Button, Kbd } from "@mantine/core";
import { Countdown } from "../kit/Countdown.tsx";
import { nameOfOffer, wordsOfOffer } from "./names.ts";
import type { WorkActions } from "./useWork.ts";

interface Props {
  readonly offer: Offer;
  readonly desk: Desk;
  readonly actions: WorkActions;
}

export function OfferBar({ offer, desk, actions }: Props) {
  return (
    <section className="offer-bar" aria-label="Offer">
      <Countdown from={offer.created_at} until={offer.respond_by} skewMs={desk.skewMs} />
      <button type="button" className="offer-bar-words" onClick={() => actions.look(offer.id)}>
        <b dir="auto">{nameOfOffer(offer)}</b>
        <span dir="auto">{wordsOfOffer(offer)}</span>
      </button>
      <Button onClick={() => actions.accept(offer)} aria-keyshortcuts="Alt+A">
        Accept <Kbd aria-hidden="true">Alt A</Kbd>
      </Button>
      <Button variant="default" onClick={() => actions.decline(offer)} aria-keyshortcuts="Alt+D">
        Decline
      </Button>
      <p className="hidden" role="alert">
        {`${nameOfOffer(offer)} is waiting: ${wordsOfOffer(offer)}. Press Alt A to accept.`}
      </p>
    </section>
  );
}
