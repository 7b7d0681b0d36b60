/** A customer's latest contacts. */

import type { ContactSummary } from "@firstreply/sdk/contracts";
import { count, day, span } from "../format.ts";

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

function factsOf(contact: ContactSummary): string {
  const parts = [day(contact.started_at), count(contact.message_count, "message", "messages")];
  if (contact.agent_name) parts.push(contact.agent_name);
  if (contact.first_response_ms !== null) parts.push(`answered in ${span(contact.first_response_ms)}`);
  return parts.join(", ");
}
