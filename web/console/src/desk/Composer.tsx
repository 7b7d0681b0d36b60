/** The box an agent answers in. Enter or Ctrl+Enter sends, Shift+Enter begins a line. */

import type { Conversation } from "@firstreply/sdk/agent";
import { TEXT_MAX } from "@firstreply/sdk/contracts";
import { Alert, Button, Kbd } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useEffect, useRef } from "react";
import { count } from "../format.ts";
import { sentenceOf } from "../sentences.ts";
import { Opener } from "./Opener.tsx";
import type { WorkActions } from "./useWork.ts";

/** How many characters before the limit the count is shown. */
const COUNT_WITHIN = 500;

interface Props {
  readonly conversation: Conversation;
  readonly me: string;
  readonly actions: WorkActions;
}

export function Composer({ conversation, me, actions }: Props) {
  const { id, draft, refusal } = conversation;
  const { box, sendable, send, sendOnEnter } = useComposer(conversation, actions);
  const use = (opener: string): void => {
    actions.draft(id, opener);
    box.current?.focus();
  };
  return (
    <form className="composer" onSubmit={send}>
      {refusal && (
        <Alert color="red" variant="light" role="alert">
          Not sent. {sentenceOf(refusal)}
        </Alert>
      )}
      <Opener conversation={conversation} me={me} onUse={use} />
      <textarea
        ref={box}
        dir="auto"
        rows={2}
        aria-label="Your answer"
        aria-invalid={lengthOf(draft) > TEXT_MAX}
        placeholder="Write your answer"
        value={draft}
        onChange={(event) => actions.draft(id, event.currentTarget.value)}
        onKeyDown={sendOnEnter}
      />
      <div className="composer-foot">
        <Hint length={lengthOf(draft)} />
        <Button type="submit" disabled={!sendable}>
          Send
        </Button>
      </div>
    </form>
  );
}

function useComposer({ id, draft }: Conversation, actions: WorkActions) {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const { current } = box;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length); // go on where one was
  }, []);
  const sendable = draft.trim() !== "" && lengthOf(draft) <= TEXT_MAX;
  const send = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    if (sendable) actions.write(id, draft);
    box.current?.focus();
  };
  const sendOnEnter = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };
  return { box, sendable, send, sendOnEnter };
}

/** Code points, as the server counts. */
function lengthOf(text: string): number {
  return [...text].length;
}

function Hint({ length }: { length: number }) {
  if (length > TEXT_MAX) {
    const over = count(length - TEXT_MAX, "character", "characters");
    return (
      <p className="hint hint-over" role="alert">
        {`${over} too long: shorten it, or send it in parts.`}
      </p>
    );
  }
  if (length > TEXT_MAX - COUNT_WITHIN) {
    return <p className="hint">{`${(TEXT_MAX - length).toLocaleString()} characters left`}</p>;
  }
  return (
    <p className="hint">
      <Kbd>Enter</Kbd> sends, <Kbd>Shift</Kbd> <Kbd>Enter</Kbd> begins a line
    </p>
  );
}
