/** The files laid beside a message that is being written; they upload while one writes. */

import { asFailure, type Failure } from "./agent/failure.ts";
import { ATTACHMENTS_MAX, FILE_MAX_BYTES, type StoredFile } from "./contracts.ts";
import type { UploadOptions } from "./files.ts";

export interface Laid {
  readonly key: number;
  readonly name: string;
  readonly size: number;
  /** From 0 to 1. */
  readonly progress: number;
  readonly stored: StoredFile | null;
  /** Why it cannot be sent, in words for people. */
  readonly refusal: string | null;
}

export type Upload = (file: File, options: UploadOptions) => Promise<StoredFile>;

/** `changed` is told the whole list after every change. */
export class Tray {
  #laid: readonly Laid[] = [];
  #next = 1;
  readonly #cancels = new Map<number, AbortController>();
  readonly #upload: Upload;
  readonly #changed: (laid: readonly Laid[]) => void;

  constructor(upload: Upload, changed: (laid: readonly Laid[]) => void) {
    this.#upload = upload;
    this.#changed = changed;
  }

  /** Lay files down and begin to upload them. */
  add(files: Iterable<File>): void {
    for (const file of files) {
      const key = this.#next++;
      const refusal = this.#refuse(file);
      const { name, size } = file;
      this.#set([...this.#laid, { key, name, size, progress: 0, stored: null, refusal }]);
      if (refusal === null) void this.#run(key, file);
    }
  }

  /** Take one away; what has not left yet does not leave. */
  remove(key: number): void {
    this.#cancels.get(key)?.abort();
    this.#set(this.#laid.filter((one) => one.key !== key));
  }

  /** Take everything away to be sent. */
  take(): readonly StoredFile[] {
    const stored = this.#laid.flatMap((one) => (one.stored ? [one.stored] : []));
    this.#set([]);
    return stored;
  }

  #refuse({ size }: File): string | null {
    const good = this.#laid.filter((one) => one.refusal === null);
    if (good.length >= ATTACHMENTS_MAX) return `A message takes ${ATTACHMENTS_MAX} files.`;
    if (size > FILE_MAX_BYTES) return `Larger than ${FILE_MAX_BYTES >> 20} MB.`;
    return size === 0 ? "This file is empty." : null;
  }

  async #run(key: number, file: File): Promise<void> {
    const cancel = new AbortController();
    this.#cancels.set(key, cancel);
    const onProgress = (progress: number) => this.#change(key, { progress });
    try {
      const stored = await this.#upload(file, { onProgress, signal: cancel.signal });
      this.#change(key, { stored, progress: 1 });
    } catch (error) {
      this.#change(key, { refusal: wordsOf(asFailure(error)) });
    }
    this.#cancels.delete(key);
  }

  #change(key: number, more: Partial<Laid>): void {
    this.#set(this.#laid.map((one) => (one.key === key ? { ...one, ...more } : one)));
  }

  #set(laid: readonly Laid[]): void {
    this.#laid = laid;
    this.#changed(laid);
  }
}

/** Whether what is laid down can go: everything has arrived, and nothing was refused. */
export function isReady(laid: readonly Laid[]): boolean {
  return laid.every((one) => one.stored !== null);
}

/** "2.4 MB", as people say it. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [figure, unit] = bytes < 1_000_000 ? [bytes / 1_000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${figure.toLocaleString(undefined, { maximumFractionDigits: figure < 10 ? 1 : 0 })} ${unit}`;
}

function wordsOf({ code, detail }: Failure): string {
  return code === "unreachable" ? "It did not arrive. Remove it, and try again." : detail;
}
