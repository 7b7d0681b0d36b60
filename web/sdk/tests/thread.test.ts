import { describe, expect, test } from "vitest";
import { addItems, hasEnded, hasGap, mergeItems, newThread, servingAgent } from "../src/thread.ts";
import { anItem, by, CONVERSATION, NEXT_CONVERSATION } from "./builders.ts";

const seqs = (items: readonly { seq: number }[]) => items.map((item) => item.seq);

describe("a thread", () => {
  test("shows items in order, whatever order they come in and however often", () => {
    const arrivals = [anItem(3), anItem(1), anItem(3), anItem(2), anItem(1)];
    const thread = arrivals.reduce((before, item) => addItems(before, [item]), newThread(CONVERSATION));
    expect(seqs(thread.items)).toEqual([1, 2, 3]);
    expect(hasGap(thread)).toBe(false);
  });

  test("holds back what comes behind a gap", () => {
    const thread = addItems(newThread(CONVERSATION), [anItem(1), anItem(3)]);
    expect(seqs(thread.items)).toEqual([1]);
    expect(hasGap(thread)).toBe(true);
  });

  test("leaves out items of other conversations", () => {
    const thread = addItems(newThread(CONVERSATION), [anItem(1, { conversation_id: NEXT_CONVERSATION })]);
    expect(thread.items).toEqual([]);
  });
});

test("a later conversation follows the earlier one, though its numbers begin again", () => {
  const next = (seq: number) => anItem(seq, { conversation_id: NEXT_CONVERSATION });
  const merged = mergeItems([anItem(1), anItem(2)], [next(2), next(1), anItem(2)]);
  expect(merged.map((item) => [item.conversation_id, item.seq])).toEqual([
    [CONVERSATION, 1],
    [CONVERSATION, 2],
    [NEXT_CONVERSATION, 1],
    [NEXT_CONVERSATION, 2],
  ]);
});

test("the agent who joined serves until the end", () => {
  const joined = [anItem(1), anItem(2, { kind: "joined", author: by("system", "Ana") }), anItem(3)];
  expect(servingAgent(joined)).toBe("Ana");
  const ended = [...joined, anItem(4, { kind: "ended", author: by("system") })];
  expect(servingAgent(ended)).toBeNull();
  expect(hasEnded(ended)).toBe(true);
});
