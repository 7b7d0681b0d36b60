import { describe, expect, it } from "vitest";
import { piecesOf } from "../src/links.ts";

function linksIn(text: string): (string | undefined)[] {
  return piecesOf(text).flatMap(({ href }) => (href ? [href] : []));
}

describe("what was said", () => {
  it("is words and web addresses, and nothing of it is lost", () => {
    const text = "Track it: https://dhl.example/t?x=1&y=2#here, or http://fern.example:8080 today";
    expect(linksIn(text)).toEqual(["https://dhl.example/t?x=1&y=2#here", "http://fern.example:8080"]);
    expect(piecesOf(text).map(({ words }) => words).join("")).toBe(text);
  });

  it("has no address where none is written", () => {
    for (const text of ["", "fern.example", "www.fern.example", "mailto:a@fern.example", "https://"]) {
      expect(piecesOf(text)).toEqual(text ? [{ words: text }] : []);
    }
  });

  it("ends an address before the signs that only stand behind it", () => {
    expect(linksIn("(see https://fern.example/a).")).toEqual(["https://fern.example/a"]);
    expect(linksIn("https://fern.example/tea_(green)!")).toEqual(["https://fern.example/tea_(green)"]);
    expect(linksIn('"https://fern.example/"')).toEqual(["https://fern.example/"]);
    expect(linksIn("„https://fern.example/чай”…")).toEqual(["https://fern.example/чай"]);
  });
});

describe("an address that might lead elsewhere", () => {
  it.each([
    "javascript:alert(1)",
    "data:text/html,https",
    "https://shop.example@evil.example/",
    "https://a:b@evil.example/",
    "https://shop.example\\@evil.example/",
    "https://аpple.example/",
    "https://ex%61mple.example/",
    "https://0x7f000001/",
    "http://localhost/",
    "https:///fern.example",
  ])("stays words: %s", (text) => {
    expect(linksIn(text)).toEqual([]);
  });

  it("ends where the direction of writing is turned", () => {
    expect(linksIn("https://fern.example/\u202Egpj.exe")).toEqual(["https://fern.example/"]);
    expect(linksIn("https://fern.example/\u200Bx")).toEqual(["https://fern.example/"]);
  });

  it("takes no longer the longer it is", () => {
    const began = performance.now();
    piecesOf("https://x.example/" + ")".repeat(5_000));
    piecesOf("https://".repeat(700));
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
