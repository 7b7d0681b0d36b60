/** Asks the customer whether they want to write, beside the page and never in its way. */

import type { Chat, ChatState } from "@firstreply/sdk/chat";

interface Props {
  readonly chat: Chat;
  readonly state: ChatState;
  readonly onAccept: () => void;
  /** It was waved away: the focus that was in it needs another place. */
  readonly onDismissed: () => void;
}

/** The line for screen readers is always there: only what comes into one that stands is read out. */
export function Invitation({ chat, state, onAccept, onDismissed }: Props) {
  const { invitation } = state;
  const dismiss = (): void => {
    chat.dismissInvitation();
    onDismissed();
  };
  const dismissOnEscape = (event: KeyboardEvent): void => {
    if (event.key === "Escape") dismiss();
  };
  return (
    <section
      class={invitation ? "invitation" : "hidden"}
      aria-label={invitation ? "Invitation to chat" : undefined}
      onKeyDown={dismissOnEscape}
    >
      <p role="status" dir="auto">
        {invitation?.text}
      </p>
      {invitation && (
        <div class="invitation-answers">
          <button type="button" class="invitation-yes" onClick={onAccept}>
            Write to us
          </button>
          <button type="button" class="invitation-no" onClick={dismiss}>
            No, thank you
          </button>
        </div>
      )}
    </section>
  );
}
