/** What customers and an agent's load are called on the screen. */

import type { Conversation, Desk } from "@firstreply/sdk/agent";
import type { ListedConversation, Offer } from "@firstreply/sdk/contracts";

import { count } from "../format.ts";

const NOBODY = "New customer";

export function nameOfOffer(offer: Offer): string {
  return offer.card?.customer.name ?? offer.customer_name ?? NOBODY;
}

export function nameOfConversation({ card, customerName }: Conversation): string {
  return card?.customer.name ?? customerName ?? NOBODY;
}

export function nameOfListed({ customer }: ListedConversation): string {
  return customer?.name ?? NOBODY;
}

/** Offers hold a place too, so both are named beside the places. */
export function loadOf({ agent, conversations, offers }: Desk): string {
  const served = [...conversations.values()].filter((one) => one.standing === "mine").length;
  const held = [count(served, "conversation", "conversations")];
  if (offers.length > 0) held.push(count(offers.length, "offer", "offers"));
  return `${held.join(", ")}, ${agent.load} of ${agent.capacity} places`;
}

export function unreadOf(desk: Desk): number {
  return [...desk.conversations.values()].reduce((sum, one) => sum + one.unread, 0);
}

/** Away without having said so: offers ran out unanswered. */
export function wasSetAway({ agent, link }: Desk): boolean {
  return link === "live" && agent.status === "away" && agent.unanswered_offers > 0;
}
