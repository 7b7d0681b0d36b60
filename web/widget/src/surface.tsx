/** The widget's own ground in the page: a shadow root that the shop's styles do not reach. */

import type { Chat } from "@firstreply/sdk/chat";
import type { Colours } from "@firstreply/sdk/contracts";
import { render } from "preact";
import { painted, UNPAINTED } from "./paint.ts";
import styles from "./style.css?inline";
import { App } from "./view/App.tsx";

export interface Surface {
  readonly host: HTMLElement;
  setOpen(open: boolean): void;
  /** Show these colours, or the widget's own. */
  paint(colours: Colours | null): void;
}

export function showWidget(chat: Chat, title: string): Surface {
  const host = document.createElement("firstreply-widget");
  const root = host.attachShadow({ mode: "open" });
  // Not a <style> element: a shop's content security policy may forbid those.
  const [own, site] = [new CSSStyleSheet(), new CSSStyleSheet()];
  own.replaceSync(styles);
  site.replaceSync(UNPAINTED);
  root.adoptedStyleSheets = [own, site];
  let setOpen: (open: boolean) => void = () => {};
  const ready = (set: (open: boolean) => void): void => {
    setOpen = set;
  };
  render(<App chat={chat} title={title} onReady={ready} />, root);
  return {
    host,
    setOpen: (open) => setOpen(open),
    paint: (colours) => site.replaceSync(painted(colours)),
  };
}
