/** A customer's latest contacts. */

import type { ContactSummary, EndReason, Outcome } from "@firstreply/sdk/contracts";
import { count, day, span, word } from "../format.ts";

interface Props {
  readonly contacts: readonly ContactSummary[];
  readonly all: number;
}

export function Contacts({ contacts, all }: Props) {
  return (
    <section aria-labelledby="contacts">
      <h3 id="contacts">Earlier contacts</h3>
      {contacts.length === 0 && <p className="card-none">This is the first one.</p>}
      {contacts.map((contact) => (
        <div className="contact" key={contact.id}>
          <p className="contact-words" dir="auto">
            {contact.first_words}
          </p>
          {contact.last_words && (
            <p className="contact-words contact-answer" dir="auto">
              {contact.last_words}
            </p>
          )}
          <p className="contact-facts">{factsOf(contact)}</p>
        </div>
      ))}
      {all > contacts.length && contacts.length > 0 && (
        <p className="card-none">{`${(all - contacts.length).toLocaleString()} older not shown.`}</p>
      )}
    </section>
  );
}

const ENDS: Record<EndReason, string> = {
  closed_by_agent: "closed",
  customer_left: "the customer left",
  abandoned: "nobody answered in time",
  completed: "done",
  cancelled: "called off",
};

const OUTCOMES: Record<Outcome, string> = {
  resolved: "resolved",
  follow_up: "to be followed up",
};

function factsOf(contact: ContactSummary): string {
  const parts = [day(contact.started_at), word(contact.channel), count(contact.message_count, "message", "messages")];
  if (contact.agent_name) parts.push(contact.agent_name);
  if (contact.first_response_ms !== null) parts.push(`answered in ${span(contact.first_response_ms)}`);
  parts.push(contact.outcome ? OUTCOMES[contact.outcome] : ENDS[contact.end_reason]);
  if (contact.rating !== null) parts.push(`rated ${contact.rating} of 5`);
  return parts.join(", ");
}
