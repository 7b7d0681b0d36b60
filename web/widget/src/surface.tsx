/** The widget's own ground in the page: a shadow root that the shop's styles do not reach. */

import type { Chat } from "@firstreply/sdk/chat";
import { render } from "preact";
import styles from "./style.css?inline";
import { App } from "./view/App.tsx";

export interface Surface {
  readonly host: HTMLElement;
  setOpen(open: boolean): void;
}

export function showWidget(chat: Chat, title: string): Surface {
  const host = document.createElement("firstreply-widget");
  const root = host.attachShadow({ mode: "open" });
  // Not a <style> element: a shop's content security policy may forbid those.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
  let setOpen: (open: boolean) => void = () => {};
  const ready = (set: (open: boolean) => void): void => {
    setOpen = set;
  };
  render(<App chat={chat} title={title} onReady={ready} />, root);
  return { host, setOpen: (open) => setOpen(open) };
}
