/** Keeps a site's session in the browser, for this shop's origin only. */

import type { Session, SessionStore } from "@firstreply/sdk/chat";

/** Works without storage too (private windows, blocked cookies): then a page load begins anew. */
export class BrowserStore implements SessionStore {
  readonly #key: string;

  constructor(siteKey: string) {
    this.#key = `firstreply:${siteKey}`;
  }

  load(): Session | null {
    try {
      const value: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "null");
      return isSession(value) ? value : null;
    } catch {
      return null;
    }
  }

  save(session: Session | null): void {
    try {
      if (session) localStorage.setItem(this.#key, JSON.stringify(session));
      else localStorage.removeItem(this.#key);
    } catch {
      // Storage is full or forbidden; the session then lasts as long as the page.
    }
  }
}

function isSession(value: unknown): value is Session {
  if (typeof value !== "object" || value === null) return false;
  const { token, epoch, subject } = value as Partial<Session>;
  const named = subject === null || typeof subject === "string";
  return typeof token === "string" && typeof epoch === "number" && named;
}
