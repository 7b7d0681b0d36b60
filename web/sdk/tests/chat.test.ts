import { describe, expect, test } from "vitest";
import { backoffMs, BACKOFF_MAX_MS } from "../src/chat/advice.ts";
import {
  ACK_TIMEOUT_MS,
  BEAT_GRACE_MS,
  CONNECT_TIMEOUT_MS,
  DOUBT_AFTER_MS,
  nextWake,
} from "../src/chat/step.ts";
import { subjectOf } from "../src/chat/subject.ts";
import { CloseCode, type ServerFrame } from "../src/contracts.ts";
import { anItem, aWelcome, by, CONVERSATION, NEXT_CONVERSATION } from "./builders.ts";
import { Talk } from "./talk.ts";

const token = (sub: string) => `h.${btoa(JSON.stringify({ sub }))}.s`;

describe("sending", () => {
  test("a message written before the welcome goes out with it, in order", () => {
    const talk = new Talk().write("one").write("two").feed({ type: "opened" }).hear(aWelcome());
    expect(talk.sent).toEqual(["one", "two"]);
  });

  test("an accepted message becomes the item at its seq", () => {
    const talk = new Talk().welcomed().write("hello").accept("hello", 1);
    expect(talk.state.outgoing).toEqual([]);
    expect(talk.state.items.map((item) => [item.seq, item.text])).toEqual([[1, "hello"]]);
  });

  test("shows what was kept of a message whose card number was masked", () => {
    const talk = new Talk().welcomed().write("4111111111111111");
    talk.accept("4111111111111111", 1, CONVERSATION, "************1111");
    expect(talk.state.items.map((item) => item.text)).toEqual(["************1111"]);
  });

  test("an unacknowledged message is sent again under the same client_id after a reconnect", () => {
    const talk = new Talk().welcomed().write("hello").lose().waitForWake();
    talk.feed({ type: "opened" }).hear(aWelcome());
    expect(talk.effects).toContainEqual({
      type: "send",
      frame: { type: "send", client_id: "hello", text: "hello" },
    });
  });

  test("a message the welcome already holds is not sent again", () => {
    const talk = new Talk().welcomed().write("hello").lose().waitForWake().feed({ type: "opened" });
    talk.hear(aWelcome({ items: [anItem(1, { client_id: "hello", text: "hello" })], last_seq: 1 }));
    expect(talk.sent).toEqual([]);
    expect(talk.state.outgoing).toEqual([]);
  });

  test("a refused message is kept with the reason and does not hold others back", () => {
    const talk = new Talk().welcomed().write("bad").write("good");
    const detail = "A message has 1 to 5,000 characters.";
    talk.hear({ type: "error", code: "text_length", detail, client_id: "bad", retry_after_ms: null });
    talk.accept("good", 1);
    expect(talk.state.outgoing.map((one) => one.refusal?.code)).toEqual(["text_length"]);
    expect(talk.feed({ type: "discard", clientId: "bad" }).state.outgoing).toEqual([]);
  });

  test("when told to slow down it pauses, then sends all again in order", () => {
    const talk = new Talk().welcomed().write("one").write("two");
    const slower = { type: "error", code: "rate_limited", detail: "", client_id: "one" } as const;
    talk.hear({ ...slower, retry_after_ms: 700 }).write("three");
    expect(talk.sent).toEqual([]);
    expect(talk.waitForWake().sent).toEqual(["one", "two", "three"]);
    expect(talk.now).toBe(700);
  });

  // LESSONS 13, Rocket.Chat #36023: a half-open connection must not swallow messages.
  test("a connection that does not answer a send is replaced", () => {
    const talk = new Talk().welcomed().write("hello").waitForWake();
    expect(talk.now).toBe(ACK_TIMEOUT_MS);
    expect(talk.done).toEqual(["disconnect"]);
    expect(talk.lose().state.phase).toBe("waiting");
  });
});

// LESSONS 13: a customer who only waits hears the answer although the connection died unnoticed.
describe("a silent connection", () => {
  const BEAT_MS = aWelcome().beat_every_ms;

  test("is replaced when a beat stays away", () => {
    const talk = new Talk().welcomed().waitForWake();
    expect(talk.now).toBe(BEAT_MS + BEAT_GRACE_MS);
    expect(talk.done).toEqual(["disconnect"]);
    expect(talk.lose().waitForWake().done).toEqual(["connect"]);
  });

  test("is not silent while beats come", () => {
    const talk = new Talk().welcomed();
    for (let beat = 0; beat < 5; beat += 1) {
      talk.now += BEAT_MS;
      expect(talk.feed({ type: "wake" }).beat().done).toEqual([]);
    }
    expect(nextWake(talk.state)).toBe(talk.now + BEAT_MS + BEAT_GRACE_MS);
  });

  test("is believed for ever when the server is one that does not beat", () => {
    const talk = new Talk().welcomed({ beat_every_ms: undefined });
    expect(nextWake(talk.state)).toBeNull();
    talk.now = 1_000_000;
    expect(talk.feed({ type: "wake" }).done).toEqual([]);
  });

  test("that lost something on its way is replaced at the next beat, and resumed from there", () => {
    const talk = new Talk().welcomed({ items: [anItem(1)], last_seq: 1 });
    expect(talk.beat(1).done).toEqual([]);
    expect(talk.beat(3).done).toEqual(["disconnect"]);
    talk.lose().waitForWake().feed({ type: "opened" });
    expect(talk.effects).toMatchObject([{ frame: { last_seq: 1 } }]);
  });

  test("that told nothing yet lacks nothing", () => {
    expect(new Talk().welcomed().beat(0, null).done).toEqual([]);
  });
});

// LESSONS 12, chatwoot #995, #4157, #14934: after any reconnect both sides hold the same.
describe("resuming", () => {
  test("the next hello carries the session and the last item it holds", () => {
    const talk = new Talk().welcomed().write("hello").accept("hello", 1);
    talk.hear({ type: "message.created", item: anItem(2, { author: by("agent", "Ana") }) });
    talk.lose().waitForWake().feed({ type: "opened" });
    expect(talk.effects).toMatchObject([
      { frame: { session_token: "fs_token", epoch: 1, conversation_id: CONVERSATION, last_seq: 2 } },
    ]);
  });

  test("items told twice are held once, and a late acknowledgement finds its place", () => {
    const talk = new Talk().welcomed().write("mine");
    talk.hear({ type: "message.created", item: anItem(2) });
    talk.hear({ type: "message.created", item: anItem(2) }).accept("mine", 1);
    expect(talk.state.items.map((item) => item.text)).toEqual(["mine", "message 2"]);
  });

  test("a message after the end begins the next conversation below the last", () => {
    const talk = new Talk().welcomed({ conversation_id: CONVERSATION, items: [anItem(1)], last_seq: 1 });
    talk.hear({ type: "message.created", item: anItem(2, { kind: "ended" }) });
    talk.write("again").accept("again", 1, NEXT_CONVERSATION);
    expect(talk.state.items.map((item) => item.text)).toEqual(["message 1", "message 2", "again"]);
  });

  test.each([
    ["epoch", { epoch: 2 }],
    ["session", { session_token: "fs_other" }],
  ])("another %s empties what was held", (_, change) => {
    const talk = new Talk().welcomed({ items: [anItem(1), anItem(2)], last_seq: 2 }).lose().waitForWake();
    talk.feed({ type: "opened" }).hear(aWelcome({ ...change, items: [anItem(1)], last_seq: 1 }));
    expect(talk.state.items).toHaveLength(1);
  });
});

describe("reconnecting", () => {
  test("waits longer each time, never beyond the limit, and never all at once", () => {
    expect([0, 1, 2].map((attempt) => backoffMs(attempt, 0.999))).toEqual([500, 1000, 1999]);
    expect(backoffMs(3, 0)).toBe(2000);
    expect(backoffMs(60, 0.999)).toBeLessThanOrEqual(BACKOFF_MAX_MS);
  });

  // LESSONS 18, Rocket.Chat #11288: a reconnect storm is spread by the server's own hint.
  test("comes back when the server said", () => {
    const talk = new Talk().welcomed();
    talk.hear({ type: "bye", code: "try_again", detail: "", retry_in_ms: 4321 }).lose(1001).waitForWake();
    expect(talk.now).toBe(4321);
    expect(talk.done).toEqual(["connect"]);
  });

  test("gives an attempt up that is never welcomed", () => {
    const talk = new Talk().feed({ type: "connect" }).waitForWake();
    expect(talk.now).toBe(CONNECT_TIMEOUT_MS);
    expect(talk.done).toEqual(["disconnect"]);
  });

  test.each([
    ["the site is unknown", CloseCode.UNKNOWN_SITE],
    ["the page may not chat", CloseCode.ORIGIN_REFUSED],
    ["the customer token is bad", CloseCode.BAD_CUSTOMER_TOKEN],
    ["it was replaced by another tab", CloseCode.REPLACED],
  ])("stays away when %s", (_, code) => {
    const talk = new Talk().welcomed().lose(code);
    expect(talk.state).toMatchObject({ phase: "stopped", stop: code });
    expect(nextWake(talk.state)).toBeNull();
    expect(talk.feed({ type: "connect" }).state.phase).toBe("connecting");
  });

  test("begins anew when the session is gone, says so, and loses no unsent word", () => {
    const session = { token: "old", epoch: 1, subject: null };
    const talk = new Talk({ session }).write("hello").lose(CloseCode.UNKNOWN_SESSION);
    expect(talk.effects).toEqual([{ type: "store", session: null }]);
    expect(talk.state).toMatchObject({ session: null, historyLost: true });
    talk.waitForWake().feed({ type: "opened" });
    expect(talk.effects).toMatchObject([{ frame: { session_token: null, last_seq: 0 } }]);
    expect(talk.hear(aWelcome()).sent).toEqual(["hello"]);
  });

  test("does not believe a silent connection after sleep", () => {
    const talk = new Talk().welcomed();
    expect(talk.feed({ type: "doubt" }).done).toEqual([]);
    talk.now = DOUBT_AFTER_MS;
    expect(talk.feed({ type: "doubt" }).done).toEqual(["disconnect", "connect"]);
  });
});

test("takes up the session another tab began meanwhile", () => {
  const stored = { token: "shared", epoch: 1, subject: null };
  const talk = new Talk().feed({ type: "connect", stored }, { type: "opened" });
  expect(talk.effects).toMatchObject([{ frame: { session_token: "shared" } }]);
});

describe("who is signed in", () => {
  const anas = { token: "t", epoch: 1, subject: "ana" };

  test("takes up nobody's session, or their own, but never another's", () => {
    const session = (customer: string | null, subject: string | null) =>
      new Talk({ customerToken: customer && token(customer), session: { ...anas, subject } }).state.session;
    expect(session("ana", "ana")).not.toBeNull();
    expect(session("ana", null)).not.toBeNull();
    expect(session("bo", "ana")).toBeNull();
    expect(session(null, "ana")).toBeNull();
  });

  test("signing out leaves nothing of the talk on the page", () => {
    const talk = new Talk({ customerToken: token("ana") }).welcomed({ items: [anItem(1)], last_seq: 1 });
    talk.feed({ type: "identify", customerToken: null });
    expect(talk.state).toMatchObject({ items: [], session: null });
    expect(talk.done).toEqual(["store", "disconnect", "connect"]);
  });

  test("a fresh token of the same customer changes nothing that is seen", () => {
    const talk = new Talk({ customerToken: token("ana") }).welcomed({ items: [anItem(1)], last_seq: 1 });
    expect(talk.feed({ type: "identify", customerToken: `${token("ana")}2` }).done).toEqual([]);
    expect(talk.state.items).toHaveLength(1);
  });

  test.each(["", "a.b.c", "only", "a.e30.c", `a.${btoa("[1]")}.c`])("token %j names nobody", (text) => {
    expect(subjectOf(text)).toBeNull();
  });
});

test("a frame this client does not know is skipped", () => {
  const talk = new Talk().welcomed();
  const before = talk.state;
  talk.hear({ type: "typing" } as unknown as ServerFrame);
  expect(talk.state).toEqual(before);
});
