import { describe, expect, test } from "vitest";
import { closedLine } from "../src/view/sentences.ts";

const NOW = new Date(2026, 10, 23, 20, 0).getTime();
const at = (day: number, month = 10) => new Date(2026, month, day, 9, 0).toISOString();
const TIME = new Date(2026, 10, 23, 9, 0).toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = (day: number) =>
  new Date(2026, 10, day).toLocaleDateString(undefined, { weekday: "long" });

describe("a closed shop", () => {
  test("says the weekday and the time at which it opens", () => {
    expect(closedLine(at(24), NOW)).toBe(`We are closed. We open on ${weekday(24)} at ${TIME}.`);
  });

  test("says today when it opens today", () => {
    expect(closedLine(at(23), NOW - 13 * 3_600_000)).toBe(`We are closed. We open today at ${TIME}.`);
  });

  test("says the date where a weekday could be mistaken for this week's", () => {
    const date = new Date(2026, 11, 1).toLocaleDateString(undefined, { day: "numeric", month: "long" });
    expect(closedLine(at(1, 11), NOW)).toBe(`We are closed. We open on ${date} at ${TIME}.`);
  });

  test("names no time that nobody knows", () => {
    expect(closedLine(null, NOW)).toBe("We are closed just now.");
  });
});
