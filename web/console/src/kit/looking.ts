/** Reads something again and again while somebody looks; knows no screen. */

export interface Listener<T> {
  found(what: T): void;
  failed(error: unknown): void;
}

export interface Looking {
  /** Read once more at once; resolves when it was told. */
  look(): Promise<void>;
  /** From here on nothing is read or told. */
  stop(): void;
}

/** Read now and every so often, and tell what was found, or why nothing was. */
export function keepLooking<T>(read: () => Promise<T>, everyMs: number, tell: Listener<T>): Looking {
  let over = false;
  const look = async (): Promise<void> => {
    try {
      const what = await read();
      if (!over) tell.found(what);
    } catch (error) {
      if (!over) tell.failed(error);
    }
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  const stop = (): void => {
    over = true;
    clearInterval(timer);
  };
  return { look, stop };
}
