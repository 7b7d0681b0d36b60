/** What a customer was promised, and from when on it counts. */

import type { RoutingState } from "@firstreply/sdk/contracts";

type Clock = Pick<RoutingState, "clock_from" | "queued_at" | "respond_by">;

/** A server of the release before does not say where its clock began. */
export function clockFrom({ clock_from, queued_at }: Omit<Clock, "respond_by">): string {
  return clock_from ?? queued_at;
}

/** Within how many milliseconds somebody was to answer. */
export function promisedMs(routing: Clock): number {
  return Math.max(0, Date.parse(routing.respond_by) - Date.parse(clockFrom(routing)));
}
