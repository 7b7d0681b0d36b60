/** Asks what a conversation was like, once it has ended and until the customer goes on. */

import { type Chat, type ChatState, unrated } from "@firstreply/sdk/chat";

const WORDS = ["Very bad", "Bad", "All right", "Good", "Very good"] as const;

export function Rating({ chat, state }: { readonly chat: Chat; readonly state: ChatState }) {
  const conversation = unrated(state.items);
  if (conversation === null || state.outgoing.some((one) => !one.isAddress)) return <Thanks state={state} />;
  return (
    <fieldset class="rating">
      <legend>How was this conversation?</legend>
      <div class="rating-marks">
        {WORDS.map((word, at) => (
          <button
            key={word}
            type="button"
            class="mark"
            title={word}
            aria-label={`${at + 1} of 5: ${word}`}
            onClick={() => chat.rate(conversation, at + 1)}
          >
            {at + 1}
          </button>
        ))}
      </div>
      <div class="rating-ends" aria-hidden="true">
        <span>{WORDS[0]}</span>
        <span>{WORDS[4]}</span>
      </div>
    </fieldset>
  );
}

function Thanks({ state }: { readonly state: ChatState }) {
  const rated = state.items.at(-1)?.kind === "survey" || state.outgoing.at(-1)?.rates != null;
  return (
    <p class={rated ? "thanks" : ""} role="status">
      {rated && "Thank you for telling us."}
    </p>
  );
}
