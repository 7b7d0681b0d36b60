import { describe, expect, test } from "vitest";
import type { InvitationOpened } from "../src/contracts.ts";
import { Talk } from "./talk.ts";

const OPENED: InvitationOpened = {
  type: "invitation.opened",
  invitation_id: "invt_1",
  rule: "big-cart",
  text: "May we help?",
};
const DISMISSED = { type: "send", frame: { type: "invitation.dismiss", invitation_id: "invt_1" } };
const invited = () => new Talk().welcomed().hear(OPENED);
const back = (talk: Talk) => talk.lose().waitForWake().welcomed();

describe("an invitation", () => {
  test("is there until it is answered, and answered once", () => {
    const talk = invited();
    expect(talk.state.invitation).toEqual({ id: "invt_1", rule: "big-cart", text: "May we help?" });
    expect(talk.feed({ type: "answer", takesUp: false }).effects).toEqual([DISMISSED]);
    expect(talk.state.invitation).toBeNull();
    expect(talk.feed({ type: "answer", takesUp: true }).effects).toEqual([]);
  });

  test("whose answer was lost is answered again, and not shown again", () => {
    const talk = back(invited().feed({ type: "answer", takesUp: false }));
    expect(talk.hear(OPENED).effects).toEqual([DISMISSED]);
    expect(talk.state.invitation).toBeNull();
  });

  test("stays where it is while the connection is another one", () => {
    const talk = back(invited());
    expect(talk.state.invitation?.id).toBe("invt_1");
    expect(talk.hear(OPENED).state.invitation?.id).toBe("invt_1");
    expect(talk.beat().state.invitation?.id).toBe("invt_1");
  });

  test("that the server does not show again is gone", () => {
    expect(back(invited()).beat().state.invitation).toBeNull();
  });

  test("ends with the customer's own words, and asks nobody who is talking", () => {
    expect(invited().write("hello").state.invitation).toBeNull();
    const talking = new Talk().welcomed().write("hello").accept("hello", 1);
    expect(talking.hear(OPENED).state.invitation).toBeNull();
  });
});

describe("a payment that failed", () => {
  const told = { type: "send", frame: { type: "context", payment_failed: true } };

  test("is told at once, or once there is a connection, and to each new one", () => {
    const talk = new Talk().feed({ type: "payment", failed: true });
    expect(talk.effects).toEqual([]);
    expect(talk.welcomed().effects).toMatchObject([{ type: "store" }, told]);
    expect(back(talk).effects).toMatchObject([{ type: "store" }, told]);
    talk.feed({ type: "payment", failed: false });
    expect(talk.effects).toMatchObject([{ frame: { payment_failed: false } }]);
  });
});
