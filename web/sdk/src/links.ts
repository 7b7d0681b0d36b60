/** Finds the web addresses in what somebody wrote; everything else stays the words it is. */

/** `href` is there where the words are a web address. */
export interface Piece {
  readonly words: string;
  readonly href?: string;
}

/** Controls, and signs that turn the direction of writing, end an address: it leads where it is read to. */
const ADDRESS = /https?:\/\/[^\s\p{C}<>"]+/giu;
/** What stands behind an address oftener than at its end. */
const BEHIND = /[.,;:!?'’”»…*_~)\]}]+$/u;
const PAIRS = { ")": "(", "]": "[", "}": "{" } as const;

/**
 * Cut what was said into words and web addresses; put together the pieces are the text again.
 *
 * An address begins with http:// or https://, has no user in it, and its host is written in the
 * letters that it is looked up by: `https://shop.example@evil.example` and hosts that only look
 * like another one stay words.
 */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let through = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const words = withoutBehind(found[0]);
    if (!leadsWhereItSays(words)) continue;
    if (found.index > through) pieces.push({ words: text.slice(through, found.index) });
    pieces.push({ words, href: words });
    through = found.index + words.length;
  }
  if (through < text.length) pieces.push({ words: text.slice(through) });
  return pieces;
}

/** A bracket that was opened within the address belongs to it. */
function withoutBehind(address: string): string {
  const behind = BEHIND.exec(address)?.[0] ?? "";
  let kept = address.slice(0, address.length - behind.length);
  for (const sign of behind) {
    const opening = PAIRS[sign as keyof typeof PAIRS];
    if (!opening || countOf(kept, opening) <= countOf(kept, sign)) break;
    kept += sign;
  }
  return kept;
}

function countOf(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

function leadsWhereItSays(address: string): boolean {
  try {
    const { host, username, password } = new URL(address);
    const written = /^https?:\/\/([^/?#]+)/i.exec(address)?.[1]?.toLowerCase();
    const isPlain = written?.replace(/:(80|443)$/, "") === host.replace(/:(80|443)$/, "");
    return isPlain && host.includes(".") && username + password === "";
  } catch {
    return false;
  }
}
