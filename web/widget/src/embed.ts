/** How the widget lives in a shop's page: once, outside what page swaps replace. Shows nothing. */

import { Chat } from "@firstreply/sdk/chat";
import type { Cart } from "@firstreply/sdk/contracts";
import { askColours, rememberedColours } from "./look.ts";
import { BrowserStore } from "./storage.ts";
import { type Surface, showWidget } from "./surface.tsx";

/** What a shop may set before the tag runs, and may call after it ran. */
export interface ShopApi {
  customerToken?: string | null;
  /** What is in the cart; an agent sees it beside the conversation. */
  cart?: Cart | null;
  open?: () => void;
  close?: () => void;
  identify?: (customerToken: string | null) => void;
  /** Say again what is in the cart; null for nothing. */
  setCart?: (cart: Cart | null) => void;
}

interface Embedded {
  readonly chat: Chat;
  readonly surface: Surface;
  tagToken: string | null;
}

const MARK: unique symbol = Symbol.for("firstreply.widget") as never;

declare global {
  interface Window {
    firstreply?: ShopApi;
    [MARK]?: Embedded;
  }
}

/** Start the widget for this tag, or, when it runs already, take over who is signed in. */
export function load(tag: HTMLScriptElement | null): void {
  const script = tag ?? document.querySelector<HTMLScriptElement>("script[data-site-key]");
  const siteKey = script?.dataset.siteKey;
  if (!script || !siteKey) {
    console.error("Firstreply: the script tag needs data-site-key, see your shop's settings.");
    return;
  }
  const token = script.dataset.customerToken ?? window.firstreply?.customerToken ?? null;
  const running = window[MARK];
  if (running) return runAgain(running, token);
  const embedded = start(script, siteKey, token);
  window[MARK] = embedded;
  offerApi(embedded);
}

function start(script: HTMLScriptElement, siteKey: string, tagToken: string | null): Embedded {
  const chat = new Chat({
    url: chatUrl(script.src),
    siteKey,
    customerToken: tagToken,
    store: new BrowserStore(siteKey),
    pageUrl: location.origin + location.pathname,
    locale: navigator.language || null,
    cart: window.firstreply?.cart ?? null,
  });
  tellMessages(chat);
  const surface = showWidget(chat, script.dataset.title ?? "Chat with us");
  void paint(surface, script.src, siteKey);
  keepInPage(surface.host);
  keepFresh(chat);
  return { chat, surface, tagToken };
}

/** A page swap ran the tag again: only a change of who is signed in matters. */
function runAgain(running: Embedded, token: string | null): void {
  if (token !== running.tagToken) running.chat.identify(token);
  running.tagToken = token;
  offerApi(running);
}

function offerApi({ chat, surface }: Embedded): void {
  window.firstreply = {
    ...window.firstreply,
    open: () => surface.setOpen(true),
    close: () => surface.setOpen(false),
    identify: (token) => chat.identify(token),
    setCart: (cart) => chat.visit(location.origin + location.pathname, cart),
  };
}

/** Let the shop's page know when an agent wrote; what, is between the two of them. */
function tellMessages(chat: Chat): void {
  let known: number | null = null;
  chat.subscribe(({ phase, items }) => {
    const count = items.filter((item) => item.kind === "message" && item.author.kind === "agent").length;
    if (known !== null && count > known) window.dispatchEvent(new CustomEvent("firstreply:message"));
    if (phase === "live") known = count;
  });
}

/** What the last page knew is shown at once; only a first page waits for the server, unseen. */
async function paint(surface: Surface, scriptUrl: string, siteKey: string): Promise<void> {
  const remembered = rememberedColours(siteKey);
  if (remembered !== undefined) surface.paint(remembered);
  const colours = await askColours(scriptUrl, siteKey);
  surface.paint(colours === undefined ? (remembered ?? null) : colours);
}

export function chatUrl(scriptUrl: string): string {
  const url = new URL("/v1/chat", scriptUrl);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** Beside <body>, which page swaps replace; put back if something empties the document. */
function keepInPage(host: HTMLElement): void {
  const observer = new MutationObserver(attach);
  function attach(): void {
    if (host.isConnected) return;
    document.documentElement.append(host);
    observer.observe(document, { childList: true });
    observer.observe(document.documentElement, { childList: true });
  }
  attach();
}

/**
 * A page that is looked at talks; one opened in the background would take the session from the
 * tab the customer is writing in. Without an earlier session nothing connects until it is opened.
 */
function keepFresh(chat: Chat): void {
  const look = (): void => {
    if (document.hidden) return;
    const { phase, session } = chat.state;
    if (session && phase !== "live" && phase !== "connecting") chat.connect();
    else chat.doubt();
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  look();
}
