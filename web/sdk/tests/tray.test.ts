import { describe, expect, it } from "vitest";
import { Failure } from "../src/agent/failure.ts";
import type { StoredFile } from "../src/contracts.ts";
import { isReady, type Laid, sizeOf, Tray, type Upload } from "../src/tray.ts";

const STORED: StoredFile = {
  id: "file_1",
  name: "a.png",
  media_type: "image/png",
  size_bytes: 3,
  width: 1,
  height: 1,
};
const file = (size = 3): File => ({ name: "a.png", size, type: "image/png" }) as File;

function laidBy(upload: Upload): { tray: Tray; laid: () => readonly Laid[] } {
  let last: readonly Laid[] = [];
  const tray = new Tray(upload, (laid) => {
    last = laid;
  });
  return { tray, laid: () => last };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("a tray", () => {
  it("is ready when everything laid on it has arrived, and is empty once taken", async () => {
    const { tray, laid } = laidBy(async () => STORED);
    tray.add([file()]);
    expect(isReady(laid())).toBe(false);
    await settled();
    expect(isReady(laid())).toBe(true);
    expect(tray.take()).toEqual([STORED]);
    expect(laid()).toEqual([]);
  });

  it("says why a file was refused, and holds the message back until it is taken away", async () => {
    const { tray, laid } = laidBy(() => Promise.reject(new Failure("file_type", "Not this kind.")));
    tray.add([file()]);
    await settled();
    expect(laid()[0]?.refusal).toBe("Not this kind.");
    expect(isReady(laid())).toBe(false);
    tray.remove(laid()[0]?.key ?? 0);
    expect(laid()).toEqual([]);
  });

  it("uploads nothing that is empty, too large, or an eleventh", () => {
    let asked = 0;
    const { tray, laid } = laidBy(() => {
      asked += 1;
      return new Promise(() => {});
    });
    tray.add([file(0), file(11 << 20), ...Array.from({ length: 11 }, () => file())]);
    expect(asked).toBe(10);
    expect(laid().filter((one) => one.refusal !== null)).toHaveLength(3);
  });

  it("tells the upload to stop when a file is taken away", () => {
    let stopped = false;
    const { tray, laid } = laidBy((_, { signal }) => {
      signal?.addEventListener("abort", () => {
        stopped = true;
      });
      return new Promise(() => {});
    });
    tray.add([file()]);
    tray.remove(laid()[0]?.key ?? 0);
    expect(stopped).toBe(true);
  });

  it("says sizes as people do", () => {
    expect([sizeOf(12), sizeOf(1_500), sizeOf(2_400_000)]).toEqual(["12 B", "1.5 kB", "2.4 MB"]);
  });
});
