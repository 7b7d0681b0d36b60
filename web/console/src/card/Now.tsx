/** What an agent should know before the first word: what is open, what was promised, what comes again. */

import type { Card, FollowUp, MatterKind, MayBe, OpenMatter, Repetition } from "@firstreply/sdk/contracts";
import { Badge } from "@mantine/core";
import { count, day, money } from "../format.ts";

const COLOURS: Record<MatterKind, string> = {
  late_parcel: "red.8",
  payment_failed: "red.8",
  return_under_way: "orange.8",
  cart_in_progress: "blue",
};
const NAMES: Record<MatterKind, string> = {
  late_parcel: "Late parcel",
  payment_failed: "Payment failed",
  return_under_way: "Return under way",
  cart_in_progress: "Cart in progress",
};

/** Nothing at all where nothing is open: an empty heading would only take room. */
export function Now({ card }: { card: Card }) {
  const told = card.open_now.length + card.follow_ups.length + (card.repetition ? 1 : 0);
  if (told === 0) return null;
  return (
    <section aria-labelledby="now">
      <h3 id="now">Open now</h3>
      {card.repetition && <p className="card-again">{againOf(card.repetition)}</p>}
      <ul className="matters">
        {card.open_now.map((matter) => (
          <Matter key={`${matter.kind} ${matter.order_id}`} matter={matter} />
        ))}
        {card.follow_ups.map((promised) => (
          <li key={promised.id}>
            <Badge variant="filled" color="grape.8">
              Promised
            </Badge>{" "}
            <span dir="auto">{promised.text}</span>
            <span className="contact-facts">{promisedBy(promised)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function promisedBy({ due_at, order_reference, created_by }: FollowUp): string {
  const about = order_reference ? `, order ${order_reference}` : "";
  return ` by ${day(due_at)}${about}${created_by ? `, ${created_by}` : ""}`;
}

function Matter({ matter }: { matter: OpenMatter }) {
  return (
    <li>
      <Badge variant="filled" color={COLOURS[matter.kind]}>
        {NAMES[matter.kind]}
      </Badge>{" "}
      {detailOf(matter)}
    </li>
  );
}

function detailOf({ kind, order, days, amount_minor, currency, since }: OpenMatter): string {
  const parts: string[] = [];
  if (kind === "late_parcel" && days !== null) parts.push(count(days, "day", "days"));
  if (amount_minor !== null) parts.push(money(amount_minor, currency));
  if (order) parts.push(`order ${order}`);
  if (kind !== "late_parcel" && since) parts.push(`since ${day(since)}`);
  return parts.join(", ");
}

function againOf({ contacts, days, order, about_order }: Repetition): string {
  const times = `Contact number ${contacts + 1} in ${days} days`;
  return about_order > 0 && order ? `${times}, ${about_order} about order ${order}` : times;
}

/** What colleagues noted, who this may be, and what might be offered besides. */
export function Besides({ card }: { card: Card }) {
  return (
    <>
      {card.notes.length > 0 && (
        <section aria-labelledby="notes">
          <h3 id="notes">Notes of colleagues</h3>
          {card.notes.map((note) => (
            <div className="contact" key={note.id}>
              <p className="contact-words" dir="auto">
                {note.text}
              </p>
              <p className="contact-facts">{`${note.created_by}, ${day(note.created_at)}`}</p>
            </div>
          ))}
        </section>
      )}
      {card.suggestions.length > 0 && (
        <section aria-labelledby="suggestions">
          <h3 id="suggestions">Others bought with it</h3>
          <ul className="lines">
            {card.suggestions.map((one) => (
              <li key={one.product_ref}>
                <span className="line-title" dir="auto">
                  {one.title}
                </span>
                <span className="line-price">
                  {`${count(one.together, "order", "orders")} (${percent(one.support)}), ${one.lift.toFixed(1)} × likelier`}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <MayBeList mayBe={card.may_be} heading="May be the same person" />
    </>
  );
}

/** Who a customer may be, for the agent's eyes: they gave the same address, and proved nothing. */
export function MayBeList({ mayBe, heading }: { mayBe: readonly MayBe[]; heading: string }) {
  if (mayBe.length === 0) return null;
  return (
    <section aria-labelledby="may-be">
      <h3 id="may-be">{heading}</h3>
      <ul className="matters">
        {mayBe.map((one) => (
          <li key={one.customer_id}>
            <span dir="auto">{one.name ?? "No name given"}</span>
            <span className="contact-facts">{`, gave the same ${one.same.join(" and ")}. Not proven: do not tell.`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function percent(share: number): string {
  return `${(share * 100).toLocaleString(undefined, { maximumFractionDigits: 1 })} %`;
}
