/** A site's look: asked of its server, its colours remembered for the next page. Paints nothing itself. */

import type { Appearance, Colours } from "@firstreply/sdk/contracts";

/** So long a first page waits for them before the widget shows its own. In ms. */
const WAIT_MS = 1_000;

const COLOUR = /^#[0-9a-f]{6}$/i;

/** What the last page here learned: null is none, undefined that nobody has asked yet. */
export function rememberedColours(siteKey: string): Colours | null | undefined {
  try {
    const kept = localStorage.getItem(placeOf(siteKey));
    return kept === null ? undefined : readColours(JSON.parse(kept));
  } catch {
    return undefined;
  }
}

export interface Look {
  readonly colours: Colours | null;
  /** The site may invite whoever looks at its pages. */
  readonly invites: boolean;
}

/** Ask the server and remember what it says; undefined when it does not say in time. */
export async function askLook(scriptUrl: string, siteKey: string): Promise<Look | undefined> {
  try {
    const url = new URL(`/v1/sites/${encodeURIComponent(siteKey)}/appearance`, scriptUrl);
    const signal = AbortSignal.timeout(WAIT_MS);
    const answer = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer", signal });
    if (!answer.ok) return undefined;
    const told = (await answer.json()) as Partial<Appearance>;
    const colours = readColours(told.colours);
    remember(siteKey, colours);
    return { colours, invites: told.invites === true };
  } catch {
    return undefined; // away, late, or not allowed by the shop's policy: the look stays as it is
  }
}

function remember(siteKey: string, colours: Colours | null): void {
  try {
    localStorage.setItem(placeOf(siteKey), JSON.stringify(colours));
  } catch {
    // Storage is full or forbidden; the next page asks first, as this one did.
  }
}

/** They end up in a style sheet, and storage is the whole page's: nothing but colours passes. */
function readColours(value: unknown): Colours | null {
  const { accent, text } = (value ?? {}) as Partial<Colours>;
  return isColour(accent) && isColour(text) ? { accent, text } : null;
}

function isColour(value: unknown): value is string {
  return typeof value === "string" && COLOUR.test(value);
}

function placeOf(siteKey: string): string {
  return `firstreply:${siteKey}:colours`;
}
