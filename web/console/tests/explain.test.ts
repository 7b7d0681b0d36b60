import type { Decision } from "@firstreply/sdk/contracts";
import { expect, test } from "vitest";
import { decisionLine, leftOutLine } from "../src/board/explain.ts";

const anna = { load: 0, capacity: 4, chosen: true, chance: 0.8, occupied: false, language: null };

function decided(more: Partial<Decision>): Decision {
  return {
    id: "dcsn_1",
    conversation_id: "conv_1",
    decided_at: "2026-11-28T08:00:00.000Z",
    trigger: "work_requested",
    policy: "likeliest_in_time/5",
    candidates: [],
    excluded: [],
    waiting_ahead: 0,
    languages: [],
    ...more,
  } as Decision;
}

test("a candidate is told with the language that matched", () => {
  const candidates = [
    { ...anna, agent: { id: "agent_1", name: "Anna" }, language: "pt" },
    { ...anna, agent: { id: "agent_2", name: "Bo" }, chosen: false, load: 1, occupied: true },
  ] as Decision["candidates"];
  expect(decisionLine(decided({ candidates }))).toBe(
    "Another system asked for somebody: offered to Anna (0 of 4 places taken, pt), " +
      "before Bo (1 of 4 places taken, occupied).",
  );
});

test("who was left out for a language is told with those that would have done", () => {
  const excluded = [{ reason: "lacks_language", agents: 2 }] as Decision["excluded"];
  const several = decided({ excluded, languages: ["pt", "es"] });
  expect(leftOutLine(several)).toBe("Left out: 2 agents who speak no pt or es.");
  const before = decided({ excluded });
  expect(leftOutLine(before)).toBe("Left out: 2 agents who do not speak the customer's language.");
});

test("nobody left out needs no line", () => {
  expect(leftOutLine(decided({}))).toBeNull();
});
