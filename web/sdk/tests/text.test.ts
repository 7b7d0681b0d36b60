import { describe, expect, test } from "vitest";
import { showsSomething } from "../src/text.ts";

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
