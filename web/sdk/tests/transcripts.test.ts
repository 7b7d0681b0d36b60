import { expect, test } from "vitest";
import { Player, readTranscript } from "./transcripts.ts";

declare global {
  interface ImportMeta {
    glob<T>(pattern: string, options: { query: string; import: string; eager: true }): Record<string, T>;
  }
}

const FILES = import.meta.glob<string>("../../../docs/protocol/transcripts/*.jsonl", {
  query: "?raw",
  import: "default",
  eager: true,
});
const TRANSCRIPTS = Object.entries(FILES).map(([path, text]) => {
  return [path.replace(/.*\//, "").replace(".jsonl", ""), readTranscript(text)] as const;
});
const OURS = TRANSCRIPTS.filter(([, { about }]) => about.client !== "broken");

// LESSONS 12, 13, 14, 18, 25: the first line of each file says which.
test.each(OURS)("the SDK does what the transcript tells: %s", (_, transcript) => {
  const player = new Player(transcript);
  transcript.lines.forEach((line, at) => {
    try {
      player.play(line);
    } catch (error) {
      throw new Error(`line ${at + 2}, ${JSON.stringify(line)}: ${String(error)}`);
    }
  });
  player.done();
});

test("there are transcripts of good clients and of broken ones", () => {
  expect(OURS.length).toBeGreaterThan(10);
  expect(TRANSCRIPTS.length).toBeGreaterThan(OURS.length);
});

test("a line that nobody can play is an error", () => {
  const odd = readTranscript('{"situation": "", "proves": ""}\n{"who": "page", "dances": true}');
  expect(() => new Player(odd).play(odd.lines[0] as never)).toThrow("nobody can play");
});
