import { describe, expect, test } from "vitest";
import { placeLine } from "../src/view/sentences.ts";

const line = (position: number, wait: readonly [number, number] | null) =>
  placeLine({
    type: "queue.position",
    conversation_id: "conv_01k7st0000e008000000000001",
    position,
    waiting: 5,
    wait_ms: wait ? { low_ms: wait[0], high_ms: wait[1] } : null,
  });

describe("a place in the line", () => {
  test.each([
    [1, null, "You are next"],
    [3, null, "You are number 3 in line"],
    [1, [4_000, 20_000], "You are next, at most about 20 s"],
    [3, [14_000, 52_000], "You are number 3 in line, about 10 to 60 s"],
    [4, [45_000, 200_000], "You are number 4 in line, at most about 4 min"],
    [5, [130_000, 410_000], "You are number 5 in line, about 2 to 7 min"],
  ] as const)("of %i with %j is said as people say it", (position, wait, sentence) => {
    expect(line(position, wait)).toBe(sentence);
  });
});
