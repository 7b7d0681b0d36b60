/** How the widget lives in a shop's page: once, outside what page swaps replace. Shows nothing. */

import { Chat } from "@firstreply/sdk/chat";
import type { Cart } from "@firstreply/sdk/contracts";
import { askLook, rememberedColours } from "./look.ts";
import { BrowserStore } from "./storage.ts";
import { type Surface, showWidget } from "./surface.tsx";

/** What a shop may set before the tag runs, and may call after it ran. */
export interface ShopApi {
  customerToken?: string | null;
  /** What is in the cart; an agent sees it beside the conversation. */
  cart?: Cart | null;
  /** Whether a payment has failed; the site may have a rule to ask the customer then. */
  paymentFailed?: boolean;
  open?: () => void;
  close?: () => void;
  identify?: (customerToken: string | null) => void;
  /** Say again what is in the cart; null for nothing. */
  setCart?: (cart: Cart | null) => void;
  /** Say that a payment failed, or that it is over. */
  reportPayment?: (failed: boolean) => void;
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
    pageUrl: here(),
    locale: navigator.language || null,
    cart: window.firstreply?.cart ?? null,
  });
  tellMessages(chat);
  const surface = showWidget(chat, script.dataset.title ?? "Chat with us");
  if (window.firstreply?.paymentFailed) chat.reportPayment(true);
  const connectUnopened = keepFresh(chat);
  void paint(surface, script.src, siteKey).then((invites) => invites && connectUnopened());
  keepInPage(surface.host);
  followPage(chat);
  return { chat, surface, tagToken };
}

/** A page swap ran the tag again: only a change of who is signed in matters. */
function runAgain(running: Embedded, token: string | null): void {
  if (token !== running.tagToken) running.chat.identify(token);
  running.tagToken = token;
  tellPage(running.chat);
  offerApi(running);
}

function offerApi({ chat, surface }: Embedded): void {
  window.firstreply = {
    ...window.firstreply,
    open: () => surface.setOpen(true),
    close: () => surface.setOpen(false),
    identify: (token) => chat.identify(token),
    setCart: (cart) => chat.visit(here(), cart),
    reportPayment: (failed) => chat.reportPayment(failed),
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

/** What the last page knew is shown at once; only a first page waits for the server, unseen. Returns whether it invites. */
async function paint(surface: Surface, scriptUrl: string, siteKey: string): Promise<boolean> {
  const remembered = rememberedColours(siteKey);
  if (remembered !== undefined) surface.paint(remembered);
  const look = await askLook(scriptUrl, siteKey);
  surface.paint(look ? look.colours : (remembered ?? null));
  return look?.invites ?? false;
}

function here(): string {
  return location.origin + location.pathname;
}

/** A page that changes without being loaded says so here: a rule of the site may name it. */
function followPage(chat: Chat): void {
  const { navigation } = window as { readonly navigation?: EventTarget };
  navigation?.addEventListener("currententrychange", () => tellPage(chat));
  window.addEventListener("popstate", () => tellPage(chat));
}

function tellPage(chat: Chat): void {
  if (chat.state.pageUrl !== here()) chat.visit(here(), chat.state.cart);
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
 * tab the customer is writing in. Without an earlier session nothing connects until it is opened,
 * or what is returned is called: a site that invites has to know of who looks at its pages.
 */
function keepFresh(chat: Chat): () => void {
  let unopened = false;
  const look = (): void => {
    if (document.hidden) return;
    const { phase, session } = chat.state;
    if ((session || unopened) && phase !== "live" && phase !== "connecting") chat.connect();
    else chat.doubt();
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  look();
  return () => {
    unopened = true;
    look();
  };
}
