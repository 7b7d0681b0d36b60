/** What the widget says of itself, in words for people; chooses, never shows. */

import { type ChatState, hasEnded } from "@firstreply/sdk/chat";
import { CloseCode, type QueuePosition, type WaitRange } from "@firstreply/sdk/contracts";

/** A first attempt that fails says nothing yet: most come back within a second. */
const QUIET_ATTEMPTS = 1;

/** Only what is known: a socket that is open does not say that anybody sits at the other end. */
export function stateLine(state: ChatState, agent: string | null, online: boolean): string {
  if (!online) return "You are offline";
  if (state.phase === "connecting" && state.attempt <= QUIET_ATTEMPTS) return "Connecting…";
  if (state.phase !== "live") return "Not connected";
  if (agent) return "Has joined this chat";
  if (hasEnded(state.items)) return "Conversation ended";
  if (state.signs.place) return placeLine(state.signs.place);
  if (state.items.length > 0) return "Your message has arrived";
  return "Write to us here";
}

export function placeLine({ position, wait_ms: wait }: QueuePosition): string {
  const place = position === 1 ? "You are next" : `You are number ${position} in line`;
  return wait ? `${place}, ${span(wait)}` : place;
}

const MINUTE_MS = 60_000;
/** Nobody counts seconds: tens, and whole minutes once it is more than one and a half. */
const STEP_MS = 10_000;
const SECONDS_UP_TO_MS = 90_000;

function span({ low_ms: low, high_ms: high }: WaitRange): string {
  const [step, unit] = high <= SECONDS_UP_TO_MS ? [STEP_MS, "s"] : [MINUTE_MS, "min"];
  const shown = unit === "s" ? STEP_MS / 1_000 : 1;
  const least = Math.floor(low / step) * shown;
  const most = Math.max(1, Math.ceil(high / step)) * shown;
  return least > 0 && least < most ? `about ${least} to ${most} ${unit}` : `at most about ${most} ${unit}`;
}

export interface Notice {
  readonly sentence: string;
  readonly action: "connect" | "reload" | null;
  readonly label?: string;
}

export function noticeOf(state: ChatState, online: boolean): Notice | null {
  if (state.phase === "stopped") return stopNotice(state.stop);
  const trying = state.phase === "waiting" || state.phase === "connecting";
  if (online && (!trying || state.attempt <= QUIET_ATTEMPTS)) return null;
  const kept = state.outgoing.length > 0 ? "Your message is kept and goes out" : "We go on";
  const sentence = online
    ? `We cannot reach the chat right now. ${kept} as soon as it is back.`
    : `You seem to be offline. ${kept} as soon as you are back.`;
  const label = "Try now";
  return state.phase === "waiting" ? { sentence, action: "connect", label } : { sentence, action: null };
}

/** A box to write in would be a lie where no message will ever be taken. */
export function canWrite({ stop }: ChatState): boolean {
  return stop !== CloseCode.UNKNOWN_SITE && stop !== CloseCode.ORIGIN_REFUSED;
}

function stopNotice(code: number | null): Notice {
  switch (code) {
    case CloseCode.REPLACED:
      return {
        sentence: "This chat is open in another window.",
        action: "connect",
        label: "Continue here",
      };
    case CloseCode.UNKNOWN_SITE:
    case CloseCode.ORIGIN_REFUSED:
      return {
        sentence: "The chat is not available on this page. Please contact the shop another way.",
        action: null,
      };
    case CloseCode.BAD_CUSTOMER_TOKEN:
      return {
        sentence: "Your sign-in could not be confirmed. Load the page again to go on.",
        action: "reload",
        label: "Load again",
      };
    default:
      return {
        sentence: "The chat stopped because of an error. Load the page again to go on.",
        action: "reload",
        label: "Load again",
      };
  }
}

const SIX_DAYS_MS = 6 * 86_400_000;

/** When a closed shop opens, as the customer's own clock and calendar have it. */
export function closedLine(opensAt: string | null, now: number): string {
  if (opensAt === null) return "We are closed just now.";
  return `We are closed. We open ${dayLine(new Date(opensAt), new Date(now))} at ${timeOf(opensAt)}.`;
}

/** A weekday's name alone would be today's again after a week. */
function dayLine(day: Date, today: Date): string {
  if (day.toDateString() === today.toDateString()) return "today";
  const within = day.getTime() - today.getTime() < SIX_DAYS_MS;
  const words = within ? ({ weekday: "long" } as const) : ({ day: "numeric", month: "long" } as const);
  return `on ${day.toLocaleDateString(undefined, words)}`;
}

/** One count for people and server alike: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  return [...text].length;
}

export function timeOf(instant: string | number): string {
  return new Date(instant).toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
}
