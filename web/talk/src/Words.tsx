/** What somebody said, as plain text in which web addresses can be followed; never markup. */

import { piecesOf } from "@firstreply/sdk/links";

/** A followed address opens beside the talk, and is told nothing of the page it was on. */
export function Words({ text }: { text: string }) {
  return (
    <>
      {piecesOf(text).map(({ words, href }, at) =>
        href ? (
          <a key={at} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {words}
          </a>
        ) : (
          words
        ),
      )}
    </>
  );
}
