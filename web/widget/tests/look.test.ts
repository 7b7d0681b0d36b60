// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { askLook, rememberedColours } from "../src/look.ts";
import { painted } from "../src/paint.ts";
import { showWidget } from "../src/surface.tsx";
import { Chat } from "@firstreply/sdk/chat";

const SCRIPT = "https://chat.example/widget.js?v=2";
const GREEN = { accent: "#0a7d55", text: "#ffffff" };
const YELLOW = { accent: "#ffd400", text: "#1c1c1c" };

/** Answers every request with this; returns what was asked for. */
function aServer(answer: () => Promise<Response> | Response): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: URL) => {
    asked.push(String(url));
    return answer();
  });
  return asked;
}

const says = (body: unknown, status = 200) => () => new Response(JSON.stringify(body), { status });

beforeEach(() => localStorage.clear());
afterEach(() => vi.unstubAllGlobals());

describe("a site's colours", () => {
  test("are asked of the script's own server and remembered for the next page", async () => {
    const asked = aServer(says({ colours: GREEN }));
    expect(rememberedColours("fk_1")).toBeUndefined();
    expect((await askLook(SCRIPT, "fk_1"))?.colours).toEqual(GREEN);
    expect(asked).toEqual(["https://chat.example/v1/sites/fk_1/appearance"]);
    expect(rememberedColours("fk_1")).toEqual(GREEN);
    expect(rememberedColours("fk_2")).toBeUndefined();
  });

  test("that a shop took back are forgotten", async () => {
    aServer(says({ colours: GREEN }));
    await askLook(SCRIPT, "fk_1");
    aServer(says({ colours: null }));
    expect((await askLook(SCRIPT, "fk_1"))?.colours).toBeNull();
    expect(rememberedColours("fk_1")).toBeNull();
  });

  test("stay as they are remembered when the server does not say", async () => {
    aServer(says({ colours: GREEN }));
    await askLook(SCRIPT, "fk_1");
    aServer(says({ code: "not_found" }, 404));
    expect((await askLook(SCRIPT, "fk_1"))?.colours).toBeUndefined();
    aServer(() => Promise.reject(new TypeError("blocked by the page's policy")));
    expect((await askLook(SCRIPT, "fk_1"))?.colours).toBeUndefined();
    expect(rememberedColours("fk_1")).toEqual(GREEN);
  });

  test.each([
    { accent: "red;} * { display: none", text: "#ffffff" },
    { accent: "#ffffff", text: "#fff" },
    { accent: "#ffffff" },
    "#ffffff",
    [],
  ])("that are none are not shown: %j", (kept) => {
    localStorage.setItem("firstreply:fk_1:colours", JSON.stringify(kept));
    expect(rememberedColours("fk_1")).toBeNull();
  });
});

describe("the style", () => {
  test("has both colours, and none of its own when the site has none", () => {
    expect(painted(GREEN)).toContain("--accent: #0a7d55; --on-accent: #ffffff;");
    expect(painted(null)).toBe("");
  });

  // WCAG 2.2, 1.4.11: #949494 has 3.03:1 on white, #959595 has 2.99:1.
  test.each([
    ["#0a7d55", "#0a7d55"],
    ["#949494", "#949494"],
    ["#959595", "var(--ink)"],
    [YELLOW.accent, "var(--ink)"],
  ])("of %s has a focus ring that is seen on paper: %s", (accent, ring) => {
    expect(painted({ accent, text: "#000000" })).toContain(`--ring: ${ring};`);
  });

  test("hides the button from the eye until the colours are known", () => {
    const store = { load: () => null, save: () => {} };
    const chat = new Chat({ url: "wss://chat.example/v1/chat", siteKey: "fk_1", store });
    const { host, paint } = showWidget(chat, "Chat with us");
    const look = () => host.shadowRoot?.adoptedStyleSheets[1]?.cssRules;
    expect(look()?.[0]?.cssText).toContain("opacity: 0");
    paint(null);
    expect(look()).toHaveLength(0);
    paint(YELLOW);
    expect(look()?.[0]?.cssText).toContain(YELLOW.accent);
  });
});
