/** What the console says when something was refused: what happened and what to do. */

import type { Failure, FailureCode } from "@firstreply/sdk/agent";

const SENTENCES: Partial<Record<FailureCode, string>> = {
  unreachable: "The server did not answer. Check your connection; you can try again at once.",
  try_again: "The server is busy. Try again in a moment.",
  routing_unavailable: "Routing is not available for a moment. Try again shortly.",
  internal: "Something went wrong on our side. Try again, and tell your supervisor if it stays.",
  rate_limited: "Too many requests at once. Wait a moment and try again.",
  offer_gone: "This offer is gone: another agent took it, or it ran out. Nothing to do.",
  at_capacity: "You have as many conversations as you can take. Close one, then accept again.",
  taken: "Another agent has answered this customer. Your words are kept below.",
  not_assigned: "This conversation is not yours any more. Your words are kept below.",
  agent_gone: "This colleague is not there any more. Choose another.",
  transfer_limit: "This conversation was passed on too often already. Please finish it.",
  already_ended: "This conversation has ended. Your words are kept below.",
  not_found: "This is no longer there. Load the page again if you expected it.",
  client_id_conflict: "The server has other words under this message. Please send it again.",
  forbidden: "Your sign-in does not allow this. Ask your supervisor.",
  not_signed_in: "Your sign-in has run out. Sign in again.",
};

export function sentenceOf(failure: Failure): string {
  return SENTENCES[failure.code] ?? failure.detail;
}

/** When a conversation was taken by hand there is nothing written yet that could be lost. */
export function takingSentence(failure: Failure): string {
  if (failure.code === "agent_gone") {
    return "The server does not see your console yet. Try again in a moment.";
  }
  const said = failure.code === "taken" || failure.code === "already_ended";
  return said ? failure.detail : sentenceOf(failure);
}

export function signInSentence(failure: Failure): string {
  if (failure.code === "bad_credentials" || failure.code === "not_signed_in") {
    return "The shop, e-mail address or password is not right. Check all three.";
  }
  return sentenceOf(failure);
}

export const SIGNED_OUT = "Your sign-in has run out. Sign in again to go on where you were.";
