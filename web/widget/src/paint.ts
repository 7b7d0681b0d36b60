/** From a site's two colours to the widget's style; pure. */

import type { Colours } from "@firstreply/sdk/contracts";

/** WCAG 2.2, 1.4.11: what must be seen and is no text, such as a focus ring. */
const RING_CONTRAST_MIN = 3;

/** Before the colours are known: there for who opens the chat, not yet for the eye. */
export const UNPAINTED = ".launcher, .invitation { opacity: 0; }";

/** The style of these colours; without any the widget has its own. */
export function painted(colours: Colours | null): string {
  if (!colours) return "";
  const { accent, text } = colours;
  const ring = contrastWithWhite(accent) < RING_CONTRAST_MIN ? "var(--ink)" : accent;
  // Their contrast may be just enough: nothing of it may be given away by letting paper through.
  return `
    :host { --accent: ${accent}; --on-accent: ${text}; --ring: ${ring}; --live: ${text}; }
    .presence, .waiting .bubble { opacity: 1; }`;
}

function contrastWithWhite(colour: string): number {
  const light = (at: number): number => linear(parseInt(colour.slice(at, at + 2), 16) / 255);
  return 1.05 / (0.2126 * light(1) + 0.7152 * light(3) + 0.0722 * light(5) + 0.05);
}

/** From sRGB to light, both 0 to 1. */
function linear(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}
