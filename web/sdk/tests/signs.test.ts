import { describe, expect, test } from "vitest";
import { TYPING_EVERY_MS } from "../src/chat/signs.ts";
import { anItem, by } from "./builders.ts";
import { Talk } from "./talk.ts";

describe("latest values", () => {
  const signs = (talk: Talk) =>
    talk.effects.flatMap((one) => (one.type === "send" && one.frame.type !== "send" ? [one.frame.type] : []));

  test("typing is said no oftener than it must be, and anew after a message", () => {
    const talk = new Talk().welcomed();
    expect(signs(talk.feed({ type: "type" }))).toEqual(["typing"]);
    expect(signs(talk.feed({ type: "type" }))).toEqual([]);
    expect(signs(talk.write("hello").feed({ type: "type" }))).toEqual(["typing"]);
    talk.now += TYPING_EVERY_MS;
    expect(signs(talk.feed({ type: "type" }))).toEqual(["typing"]);
  });

  test("nothing is said while there is no connection", () => {
    expect(new Talk().feed({ type: "connect" }, { type: "type" }, { type: "see" }).done).toEqual([]);
  });

  test("fifty items that come at once are two receipts", () => {
    const talk = new Talk().welcomed();
    let told = 0;
    for (let seq = 1; seq <= 50; seq += 1) {
      told += signs(talk.hear({ type: "message.created", item: anItem(seq, { author: by("agent") }) })).length;
    }
    expect(told).toBe(1);
    expect(talk.waitForWake().effects).toMatchObject([{ frame: { type: "received", through_seq: 50 } }]);
  });
});
