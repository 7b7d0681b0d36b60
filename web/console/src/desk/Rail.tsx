/** What waits and what is served, on the left. */

import type { Conversation, Desk } from "@firstreply/sdk/agent";
import type { ListedConversation, Offer } from "@firstreply/sdk/contracts";
import { span } from "../format.ts";
import { Countdown } from "../kit/Countdown.tsx";
import { clockFrom } from "../kit/promised.ts";
import { Earlier } from "./Earlier.tsx";
import { Line } from "./Line.tsx";
import { detailOf, loadOf, nameOfConversation, nameOfOffer, wordsOfOffer } from "./names.ts";
import type { WorkActions } from "./useWork.ts";

interface Props {
  readonly desk: Desk;
  readonly shown: Offer | null;
  readonly actions: WorkActions;
  readonly past: ListedConversation | null;
  readonly onPast: (past: ListedConversation) => void;
}

export function Rail({ desk, shown, actions, past, onPast }: Props) {
  const conversations = [...desk.conversations.values()];
  const over = conversations.filter((one) => one.standing !== "mine").length;
  return (
    <nav className="rail" aria-label="Offers and conversations">
      <Load desk={desk} />
      <h2>Offered to you</h2>
      {desk.offers.length === 0 && <p className="rail-empty">Nobody is waiting for you.</p>}
      <ul>
        {desk.offers.map((offer) => (
          <li key={offer.id}>
            <OfferRow offer={offer} desk={desk} current={shown?.id === offer.id} actions={actions} />
          </li>
        ))}
      </ul>
      <Line desk={desk} actions={actions} />
      <h2>Your conversations</h2>
      {conversations.length === 0 && <p className="rail-empty">None yet. Accept an offer to begin one.</p>}
      <ul>
        {conversations.map((one) => (
          <li key={one.id}>
            <ConversationRow conversation={one} desk={desk} actions={actions} />
          </li>
        ))}
      </ul>
      <Earlier over={over} past={past} actions={actions} onPast={onPast} />
    </nav>
  );
}

/** Shown here where the bar above has no room for it. */
function Load({ desk }: { desk: Desk }) {
  return <p className="rail-load">{loadOf(desk)}</p>;
}

interface OfferRowProps {
  readonly offer: Offer;
  readonly desk: Desk;
  readonly current: boolean;
  readonly actions: WorkActions;
}

function OfferRow({ offer, desk, current, actions }: OfferRowProps) {
  return (
    <button
      type="button"
      className="row row-offer"
      aria-current={current}
      onClick={() => actions.look(offer.id)}
    >
      <span className="row-words">
        <b dir="auto">{nameOfOffer(offer)}</b>
        <span dir="auto">{wordsOfOffer(offer)}</span>
      </span>
      <Countdown from={offer.created_at} until={offer.respond_by} skewMs={desk.skewMs} />
    </button>
  );
}

interface RowProps {
  readonly conversation: Conversation;
  readonly desk: Desk;
  readonly actions: WorkActions;
}

function ConversationRow({ conversation, desk, actions }: RowProps) {
  const { work } = conversation.routing;
  const last = conversation.thread.items.findLast((item) => item.kind === "message");
  return (
    <button
      type="button"
      className={`row standing-${conversation.standing}`}
      aria-current={desk.open === conversation.id}
      onClick={() => actions.open(conversation.id)}
    >
      <span className="row-words">
        <b dir="auto">{nameOfConversation(conversation)}</b>
        <span dir="auto">{work ? detailOf(work) : (last?.text ?? conversation.preview)}</span>
      </span>
      <RowMark conversation={conversation} desk={desk} />
    </button>
  );
}

function RowMark({ conversation, desk }: Omit<RowProps, "actions">) {
  const { unread } = conversation;
  return (
    <span className="row-marks">
      <Clock conversation={conversation} desk={desk} />
      {unread > 0 && (
        <span className="unread">
          {unread}
          <span className="hidden"> new</span>
        </span>
      )}
    </span>
  );
}

function Clock({ conversation, desk }: Omit<RowProps, "actions">) {
  const { routing, standing } = conversation;
  if (standing === "taken") return <span className="row-mark">Taken</span>;
  if (standing === "ended") return <span className="row-mark">Ended</span>;
  if (routing.first_response_ms !== null) {
    return <span className="row-mark">{span(routing.first_response_ms)}</span>;
  }
  return <Countdown from={clockFrom(routing)} until={routing.respond_by} skewMs={desk.skewMs} />;
}
