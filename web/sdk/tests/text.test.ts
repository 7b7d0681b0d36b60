import { describe, expect, test } from "vitest";
import { filledIn, showsSomething, slashed } from "../src/text.ts";

describe("a text", () => {
  test.each(["a", " a\n", "😀", "👩‍👩‍👧", "e\u0301", "\u200b!"])(
    "with one visible character shows something: %j",
    (text) => {
      expect(showsSomething(text)).toBe(true);
    },
  );

  test.each(["", " \n\t", "\u00a0", "\u200b\u200d\ufeff", "\u3164", "\u2800", "\u0301"])(
    "of spaces and zero widths shows nothing: %j",
    (text) => {
      expect(showsSomething(text)).toBe(false);
    },
  );
});

describe("a reply that is ready", () => {
  const REPLY = "Hello {first_name}, this is {agent_name}. {first_name}!";

  test("has the customer's first name and the agent's", () => {
    expect(filledIn(REPLY, { customer: "Rosa de Wit", agent: "Anna" })).toBe(
      "Hello Rosa, this is Anna. Rosa!",
    );
  });

  test.each([null, "", "  "])("of a customer without a name leaves no gap: %j", (customer) => {
    expect(filledIn(REPLY, { customer, agent: "Anna" })).toBe("Hello, this is Anna.!");
  });

  test("keeps what stands for nobody, and a name with signs in it as it is", () => {
    expect(filledIn("{order} {first_name}", { customer: "$& $1", agent: "Anna" })).toBe("{order} $&");
  });
});

describe("a slash", () => {
  test.each([
    ["/", 1, 0, ""],
    ["/ret", 4, 0, "ret"],
    ["Hello /ret", 10, 6, "ret"],
    ["Hello\n/ret and more", 10, 6, "ret"],
  ])("after which a word begins: %j", (text, caret, at, words) => {
    expect(slashed(text, caret)).toEqual({ at, words });
  });

  test.each([
    ["and/or", 6],
    ["https://kettle", 14],
    ["/ret urn", 8],
    ["//", 2],
    ["/ret", 0],
    ["", 0],
  ])("that is one of a text is none: %j", (text, caret) => {
    expect(slashed(text, caret)).toBeNull();
  });
});
