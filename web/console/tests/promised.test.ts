import { expect, test } from "vitest";
import { clockFrom, promisedMs } from "../src/kit/promised.ts";

const BEGAN = "2026-11-23T08:00:00.000Z";
const DUE = "2026-11-23T08:00:10.000Z";
const PASSED_ON = "2026-11-23T08:05:22.000Z";

test("a conversation that was passed on unanswered was promised what it was from the beginning", () => {
  const routing = { clock_from: BEGAN, queued_at: PASSED_ON, respond_by: DUE };
  expect(promisedMs(routing)).toBe(10_000);
  expect(clockFrom(routing)).toBe(BEGAN);
});

test("one that came in the night was promised what counts from the opening", () => {
  const opening = { clock_from: BEGAN, queued_at: "2026-11-22T23:00:00.000Z", respond_by: DUE };
  expect(promisedMs(opening)).toBe(10_000);
});

test("a server that does not tell where the clock began never promises less than nothing", () => {
  expect(promisedMs({ clock_from: null, queued_at: BEGAN, respond_by: DUE })).toBe(10_000);
  expect(promisedMs({ clock_from: null, queued_at: PASSED_ON, respond_by: DUE })).toBe(0);
});
