import { describe, expect, test } from "vitest";
import type { ShopHours } from "../src/contracts.ts";
import { Talk } from "./talk.ts";

const CLOSED: ShopHours = {
  open: false,
  opens_at: "2026-11-24T08:00:00.000Z",
  closes_at: null,
  time_zone: "Europe/Berlin",
};
const OPEN: ShopHours = { ...CLOSED, open: true, opens_at: null };

describe("a shop's hours", () => {
  test("are those of the welcome, until they change", () => {
    const talk = new Talk().welcomed({ hours: CLOSED });
    expect(talk.state.hours).toEqual(CLOSED);
    expect(talk.hear({ type: "hours.changed", hours: OPEN }).state.hours).toEqual(OPEN);
  });

  test("are unknown when an older server's welcome has none", () => {
    expect(new Talk().welcomed({ hours: undefined }).state.hours).toBeNull();
  });
});

describe("an address that is left", () => {
  const left = () =>
    new Talk().welcomed().write("hello").accept("hello", 1).feed({
      type: "address",
      clientId: "a-1",
      address: "rui@loja.example",
    });
  const frame = { type: "leave_address", client_id: "a-1", address: "rui@loja.example" };

  test("is sent again under the same client_id until it is accepted", () => {
    const talk = left();
    expect(talk.effects).toEqual([{ type: "send", frame }]);
    talk.lose().waitForWake().welcomed();
    expect(talk.effects).toContainEqual({ type: "send", frame });
    talk.accept("a-1", 2);
    expect(talk.state.outgoing).toEqual([]);
    expect(talk.state.items.at(-1)).toMatchObject({ kind: "address", visibility: "agents", seq: 2 });
    expect(talk.lose().waitForWake().welcomed().done).toEqual(["store"]);
  });

  test("and refused is kept with the reason, and not sent again", () => {
    const talk = left();
    const error = { type: "error", code: "bad_address", detail: "Odd.", client_id: "a-1" } as const;
    talk.hear({ ...error, retry_after_ms: null });
    expect(talk.state.outgoing.map((one) => one.refusal)).toEqual([{ code: "bad_address", detail: "Odd." }]);
    expect(talk.lose().waitForWake().welcomed().done).toEqual(["store"]);
  });
});
