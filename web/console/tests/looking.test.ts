import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepLooking } from "../src/kit/looking.ts";

const EVERY_MS = 3_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(read: () => Promise<number>) {
  const told: (number | string)[] = [];
  const looking = keepLooking(read, EVERY_MS, {
    found: (what) => void told.push(what),
    failed: (error) => void told.push(String(error)),
  });
  return { told, looking };
}

test("it is read at once, and then every so often", async () => {
  let reads = 0;
  const { told } = watched(async () => ++reads);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([1]);
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(told).toEqual([1, 2, 3]);
});

test("it is read once more when somebody asks", async () => {
  let reads = 0;
  const { told, looking } = watched(async () => ++reads);
  await looking.look();
  expect(told).toEqual([1, 2]);
});

test("a failure is told, and the next look goes on", async () => {
  const answers = [Promise.reject("away"), Promise.resolve(7)];
  const { told } = watched(() => answers.shift() ?? Promise.resolve(0));
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(told).toEqual(["away", 7]);
});

test("after the end nothing is read, and what was on its way is not told", async () => {
  let answer: (what: number) => void = () => {};
  let refuse: (why: string) => void = () => {};
  let reads = 0;
  const { told, looking } = watched(() => {
    reads += 1;
    return new Promise((done, failed) => {
      answer = done;
      refuse = failed;
    });
  });
  const asked = looking.look();
  looking.stop();
  answer(1);
  await asked;
  const again = looking.look();
  refuse("away");
  await again;
  await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
  expect(told).toEqual([]);
  expect(reads).toBe(3);
});
