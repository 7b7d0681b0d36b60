/** What a customer is called on the screen. */

import type { Conversation } from "@firstreply/sdk/agent";
import type { Offer } from "@firstreply/sdk/contracts";

const NOBODY = "New customer";

export function nameOfOffer(offer: Offer): string {
  return offer.card?.customer.name ?? offer.customer_name ?? NOBODY;
}

export function nameOfConversation({ card, customerName }: Conversation): string {
  return card?.customer.name ?? customerName ?? NOBODY;
}
