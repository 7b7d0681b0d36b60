/** The customer on the right: who they are, what they ordered, what they asked before. */

import type { Conversation } from "@firstreply/sdk/agent";
import type { Card, CardCustomer, IdentityKind, Offer, Spent } from "@firstreply/sdk/contracts";
import { count, money, month } from "../format.ts";
import { Contacts } from "./Contacts.tsx";
import { Besides, MayBeList, Now } from "./Now.tsx";
import { Orders } from "./Orders.tsx";

interface Props {
  readonly offer: Offer | null;
  readonly conversation: Conversation | null;
}

export function CardPane({ offer, conversation }: Props) {
  const card = conversation ? conversation.card : (offer?.card ?? null);
  if (card) return <CardView key={card.customer.id} card={card} />;
  const work = conversation ? conversation.routing.work : (offer?.work ?? null);
  const elsewhere = work !== null && work.kind !== "follow_up";
  if (elsewhere || (!offer && !conversation)) return <aside className="card" aria-label="Customer" />;
  const coming = conversation
    ? conversation.routing.customer?.verified === true
    : offer?.card_status === "pending";
  const mayBe = conversation ? conversation.mayBe : (offer?.may_be ?? []);
  return (
    <aside className="card" aria-label="Customer">
      <div className="card-empty" role="status">
        <h2>{coming ? "Looking this customer up…" : "Not known yet"}</h2>
        <p>
          {coming
            ? "Earlier orders and contacts appear here in a moment."
            : "Nobody is signed in to the shop, so there are no orders to show. Ask for an order number only if you need it."}
        </p>
        <MayBeList mayBe={mayBe} heading="May be" />
      </div>
    </aside>
  );
}

function CardView({ card }: { card: Card }) {
  return (
    <aside className="card" aria-label="Customer" tabIndex={0}>
      <Who customer={card.customer} />
      <Now card={card} />
      <Orders orders={card.orders} all={card.customer.order_count} />
      <Contacts contacts={card.contacts} all={card.customer.contact_count} />
      <Besides card={card} />
    </aside>
  );
}

function Who({ customer }: { customer: CardCustomer }) {
  const place = [customer.city, customer.region].filter(Boolean).join(", ");
  const facts = [customer.email, customer.phone, place].filter(Boolean);
  return (
    <section className="who">
      <h2 dir="auto">{customer.name ?? "No name given"}</h2>
      <ul>
        {facts.map((fact) => (
          <li key={fact} dir="auto">
            {fact}
          </li>
        ))}
      </ul>
      <p>
        {count(customer.order_count, "order", "orders")}
        {customer.spent.length > 0 && `, ${customer.spent.map(spentOf).join(" and ")}`}
        {customer.since && ` since ${month(customer.since)}`}
        {customer.returned_count > 0 && `, ${returnedOf(customer)} came back`}
      </p>
      <p className="contact-facts">
        {`Known by ${customer.known_by.map((kind) => KINDS[kind]).join(", ") || "nothing proven"}`}
      </p>
    </section>
  );
}

const KINDS: Record<IdentityKind, string> = {
  shop_customer: "the shop's sign-in",
  email: "a proven e-mail address",
  phone: "a proven phone number",
};

function spentOf({ minor, currency }: Spent): string {
  return money(minor, currency);
}

function returnedOf({ returned_count, order_count }: CardCustomer): string {
  return `${Math.round((returned_count * 100) / order_count)} %`;
}
