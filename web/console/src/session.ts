/** Who is signed in here: token and drafts as long as the tab, shop and e-mail for next time. */

import type { Kept } from "@firstreply/sdk/agent";
import type { AgentId, AgentState, Scope, ShopId, SignedIn } from "@firstreply/sdk/contracts";

const SESSION = "firstreply.console.session";
const KEPT = "firstreply.console.kept";
const LAST = "firstreply.console.last";

export interface SignedInHere {
  readonly token: string;
  readonly agent: AgentState;
  readonly scopes: readonly Scope[];
}

export interface Remembered {
  readonly shop: string;
  readonly email: string;
}

export function loadSession(): SignedInHere | null {
  const kept = read<SignedInHere>(sessionStorage, SESSION);
  // Kept by an earlier release, which only agents could sign in to.
  return kept && { ...kept, scopes: kept.scopes ?? ["agent"] };
}

export function saveSession({ token, agent, scopes }: SignedIn): SignedInHere {
  sessionStorage.setItem(SESSION, JSON.stringify({ token, agent, scopes }));
  return { token, agent, scopes };
}

export function endSession(): void {
  sessionStorage.removeItem(SESSION);
}

/** The words being written, for this tab and this agent; a reload must not cost them. */
export function keptOf(agent: AgentId): Kept | null {
  const kept = read<Kept & { agent: AgentId }>(sessionStorage, KEPT);
  return kept?.agent === agent ? kept : null;
}

export function keep(agent: AgentId, kept: Kept): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ agent, ...kept }));
  } catch {
    // Storage is full or forbidden; the words then last as long as the page.
  }
}

/** Signed out by oneself: nothing of it is left in this tab. */
export function forgetKept(): void {
  sessionStorage.removeItem(KEPT);
}

/** The shop of this address (`?shop=shop_...`) or the last one used on this machine. */
export function remembered(): Remembered {
  const last = read<Remembered>(localStorage, LAST);
  const shop = new URLSearchParams(location.search).get("shop");
  return { shop: shop ?? last?.shop ?? "", email: last?.email ?? "" };
}

export function remember(last: Remembered): void {
  localStorage.setItem(LAST, JSON.stringify(last));
}

const SHOP_ID = /^shop_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

export function isShopId(text: string): text is ShopId {
  return SHOP_ID.test(text);
}

function read<Value>(storage: Storage, key: string): Value | null {
  try {
    return JSON.parse(storage.getItem(key) ?? "null") as Value | null;
  } catch {
    return null;
  }
}
