// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { chatUrl } from "../src/embed.ts";

/** Every connection the page opens, with what it sent; nothing leaves the machine. */
class FakeSocket {
  static opened: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: { type: string }[] = [];

  constructor(readonly url: string) {
    FakeSocket.opened.push(this);
    queueMicrotask(() => this.onopen?.());
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string });
  }

  close(): void {}
}

function aTag(data: Record<string, string> = {}): HTMLScriptElement {
  const tag = document.createElement("script");
  tag.type = "text/plain"; // so that nothing is fetched
  tag.src = "https://chat.example/widget.js";
  Object.assign(tag.dataset, { siteKey: "fk_1", ...data });
  return tag;
}

/** Widgets of earlier tests hold on to the page, as they should; they are not this test's. */
let earlier = new Set<Element>();
const all = () => [...document.querySelectorAll("firstreply-widget")];
const widgets = () => all().filter((widget) => !earlier.has(widget));
const inside = (selector: string) => widgets()[0]?.shadowRoot?.querySelector<HTMLElement>(selector);
const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

/** A fresh copy of the bundle's entry, as each run of the tag is. */
async function runTag(data?: Record<string, string>): Promise<void> {
  vi.resetModules();
  const { load } = await import("../src/embed.ts");
  load(aTag(data));
  await settle();
}

beforeEach(() => {
  FakeSocket.opened = [];
  earlier = new Set(all());
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  localStorage.clear();
});

afterEach(() => {
  Reflect.deleteProperty(window, Symbol.for("firstreply.widget"));
  Reflect.deleteProperty(window, "firstreply");
  vi.unstubAllGlobals();
});

// LESSONS 19, Rocket.Chat #4732.
describe("the tag", () => {
  test("loads the widget once however often it runs", async () => {
    await runTag();
    await runTag();
    await runTag();
    expect(widgets()).toHaveLength(1);
  });

  test("leaves a widget that survives the page being swapped", async () => {
    await runTag();
    const body = document.createElement("body");
    document.body.replaceWith(body);
    await settle();
    expect(widgets()).toHaveLength(1);
    document.documentElement.replaceChildren(document.createElement("head"), body);
    await settle();
    expect(widgets()).toHaveLength(1);
  });

  test("connects nobody who does not open it", async () => {
    await runTag();
    expect(FakeSocket.opened).toHaveLength(0);
    inside("button")?.click();
    await settle();
    expect(FakeSocket.opened.map((socket) => socket.url)).toEqual(["wss://chat.example/v1/chat?site_key=fk_1"]);
    expect(FakeSocket.opened[0]?.sent[0]).toMatchObject({ type: "hello", site_key: "fk_1" });
  });

  test("run again with another customer begins that customer's own session", async () => {
    const token = (sub: string) => `h.${btoa(JSON.stringify({ sub }))}.s`;
    localStorage.setItem("firstreply:fk_1", JSON.stringify({ token: "t", epoch: 1, subject: "ana" }));
    await runTag({ customerToken: token("ana") });
    await runTag({ customerToken: token("bo") });
    const hellos = FakeSocket.opened.map((socket) => socket.sent[0]);
    expect(hellos).toMatchObject([{ session_token: "t" }, { session_token: null }]);
  });

  test("without a site key says so and shows nothing", async () => {
    const told = vi.spyOn(console, "error").mockImplementation(() => {});
    await runTag({ siteKey: "" });
    expect(widgets()).toHaveLength(0);
    expect(told.mock.calls[0]?.[0]).toContain("data-site-key");
    told.mockRestore();
  });

  test("lets a shop open the chat with a button of its own", async () => {
    await runTag();
    window.firstreply?.open?.();
    await settle();
    expect(inside("[role=dialog]")).not.toBeNull();
    window.firstreply?.close?.();
    await settle();
    expect(inside("[role=dialog]")).toBeNull();
  });
});

describe("a site that invites", () => {
  const says = (body: unknown) => vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body)));

  async function invited(text = "May we help?"): Promise<FakeSocket> {
    says({ colours: null, invites: true });
    await runTag();
    const [socket] = FakeSocket.opened;
    if (!socket) throw new Error("nothing connected");
    const { aWelcome } = await import("../../sdk/tests/builders.ts");
    const opened = { type: "invitation.opened", invitation_id: "invt_1", rule: "big-cart", text };
    for (const frame of [aWelcome(), opened]) socket.onmessage?.({ data: JSON.stringify(frame) });
    await settle();
    return socket;
  }

  const last = (socket: FakeSocket) => socket.sent.at(-1);

  test("knows of who looks at its pages, before the chat is opened", async () => {
    expect((await invited()).sent[0]).toMatchObject({ type: "hello", site_key: "fk_1" });
    expect(inside("[role=dialog]")).toBeNull();
  });

  // LESSONS 29.
  test("shows its words as the text they are, and takes no focus", async () => {
    const markup = "<img src=x onerror=alert(1)><b>Hello</b>";
    await invited(markup);
    expect(inside(".invitation [role=status]")?.textContent).toBe(markup);
    expect(inside("img, b, script")).toBeNull();
    expect(document.activeElement).not.toBe(widgets()[0]);
  });

  test("is accepted by its button, and by the chat's own", async () => {
    for (const button of [".invitation-yes", ".launcher"]) {
      FakeSocket.opened = [];
      localStorage.clear();
      const socket = await invited();
      inside(button)?.click();
      await settle();
      expect(last(socket)).toEqual({ type: "invitation.accept", invitation_id: "invt_1" });
      expect(inside("[role=dialog]")).not.toBeNull();
      Reflect.deleteProperty(window, Symbol.for("firstreply.widget"));
      earlier = new Set(all());
    }
  });

  test("is waved away, also when the answer has to be given twice", async () => {
    const socket = await invited();
    inside(".invitation-no")?.click();
    await settle();
    const dismissed = { type: "invitation.dismiss", invitation_id: "invt_1" };
    expect(last(socket)).toEqual(dismissed);
    expect(inside(".invitation")).toBeNull();
    const again = { type: "invitation.opened", invitation_id: "invt_1", rule: "big-cart", text: "May we help?" };
    socket.onmessage?.({ data: JSON.stringify(again) });
    await settle();
    expect(socket.sent.slice(-2)).toEqual([dismissed, dismissed]);
    expect(inside(".invitation")).toBeNull();
  });

  test("hears of the page and of a payment that failed", async () => {
    const socket = await invited();
    window.firstreply?.reportPayment?.(true);
    expect(last(socket)).toMatchObject({ type: "context", payment_failed: true });
    history.pushState(null, "", "/checkout");
    await runTag();
    expect((last(socket) as { page_url?: string }).page_url).toContain("/checkout");
  });
});

test("the socket is that of the script's own server", () => {
  expect(chatUrl("http://localhost:8080/widget.js?v=2")).toBe("ws://localhost:8080/v1/chat");
});

// LESSONS 29, Chatwoot CVE-2021-3741 and others.
test("markup in a message or a name is shown as the text it is", async () => {
  await runTag();
  window.firstreply?.open?.();
  await settle();
  const markup = "<img src=x onerror=alert(1)><b>bold</b>";
  const { aWelcome, anItem } = await import("../../sdk/tests/builders.ts");
  const item = anItem(1, { text: markup, author: { kind: "agent", id: null, name: markup } });
  const welcome = aWelcome({ items: [item], last_seq: 1 });
  FakeSocket.opened[0]?.onmessage?.({ data: JSON.stringify(welcome) });
  await settle();
  expect(inside(".bubble")?.textContent).toBe(markup);
  expect(inside("img, b, script")).toBeNull();
});
