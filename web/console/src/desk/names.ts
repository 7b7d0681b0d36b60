/** What customers and an agent's load are called on the screen. */

import type { Conversation, Desk } from "@firstreply/sdk/agent";
import type { ListedConversation, Offer, RoutedWork, WaitingConversation } from "@firstreply/sdk/contracts";

import { count } from "../format.ts";

const NOBODY = "New customer";

/** A follow-up goes by its customer's name, other work by what its system calls it. */
function titleOf(work: RoutedWork | null): string | null {
  return work === null || work.kind === "follow_up" ? null : work.title;
}

export function nameOfOffer(offer: Offer): string {
  return titleOf(offer.work) ?? offer.card?.customer.name ?? offer.customer_name ?? NOBODY;
}

/** What an offer says below its name: the customer's words, or what is known of the work. */
export function wordsOfOffer(offer: Offer): string {
  return offer.work ? detailOf(offer.work) : offer.preview;
}

/** Work in a line: what its system calls it, and what it says of it. */
export function detailOf({ kind, title, external_id, attributes }: RoutedWork): string {
  if (kind === "follow_up") return `Promised: ${title}`;
  return [external_id, ...Object.values(attributes)].filter(Boolean).join(", ");
}

export function nameOfConversation({ card, customerName, routing }: Conversation): string {
  return titleOf(routing.work) ?? card?.customer.name ?? customerName ?? NOBODY;
}

export function nameOfWaiting({ state, customer_name: name }: WaitingConversation): string {
  return titleOf(state.work) ?? name ?? NOBODY;
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
