/** The box an agent answers in, or notes in: Enter sends, Shift+Enter begins a line, Alt+N turns, / lists replies. */

import { type Conversation, isReady, type Laid, type Tray } from "@firstreply/sdk/agent";
import { TEXT_MAX } from "@firstreply/sdk/contracts";
import { TrayList } from "@firstreply/talk/tray-list";
import { Alert, Button, Kbd } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { count } from "../format.ts";
import { sentenceOf } from "../sentences.ts";
import { Attach, takeFiles, useTray } from "./Attach.tsx";
import { Opener } from "./Opener.tsx";
import { ariaOf, ReplyList, useReplies } from "./Replies.tsx";
import type { WorkActions } from "./useWork.ts";

/** How many characters before the limit the count is shown. */
const COUNT_WITHIN = 500;

interface Props {
  readonly conversation: Conversation;
  readonly me: string;
  readonly actions: WorkActions;
}

export function Composer({ conversation, me, actions }: Props) {
  const { refusal } = conversation;
  const { tray, laid } = useTray(actions.uploadFile);
  const { box, isNote, text, turn, type, sendable, send, onKey } = useComposer(
    conversation,
    actions,
    { tray, laid },
  );
  const replies = useReplies({ box, conversation, me, actions, text, type });
  const use = (opener: string): void => {
    type(opener);
    box.current?.focus();
  };
  return (
    <form
      className={isNote ? "composer composer-note" : "composer"}
      onSubmit={send}
      onPaste={(event) => takeFiles(event, event.clipboardData, tray)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => takeFiles(event, event.dataTransfer, tray)}
    >
      {refusal && (
        <Alert color="red" variant="light" role="alert">
          Not sent. {sentenceOf(refusal)}
        </Alert>
      )}
      {!isNote && <Opener conversation={conversation} me={me} onUse={use} />}
      <textarea
        ref={box}
        dir="auto"
        rows={2}
        aria-label={isNote ? "Your note, for colleagues alone" : "Your answer"}
        aria-invalid={lengthOf(text) > TEXT_MAX}
        placeholder={isNote ? "Write a note that only colleagues see" : "Write your answer"}
        value={text}
        {...(isNote ? {} : ariaOf(replies))}
        onChange={(event) => type(event.currentTarget.value)}
        onSelect={isNote ? undefined : replies.look}
        onKeyDown={(event) => {
          if (!replies.onKey(event)) onKey(event);
        }}
      />
      {!isNote && <ReplyList replies={replies} />}
      <TrayList laid={laid} onRemove={(key) => tray.remove(key)} />
      <div className="composer-foot">
        <Hint length={lengthOf(text)} />
        {!isNote && <Attach tray={tray} />}
        {!isNote && (
          <Button
            variant="default"
            onClick={() => {
              slash(box.current);
              replies.look(); // no select event follows a click on a button
            }}
          >
            Replies
          </Button>
        )}
        <Button variant="default" aria-pressed={isNote} aria-keyshortcuts="Alt+N" onClick={turn}>
          Note
        </Button>
        <Button type="submit" disabled={!sendable}>
          {isNote ? "Save note" : "Send"}
        </Button>
      </div>
    </form>
  );
}

/** Write a slash where the caret stands, as the agent would. */
function slash(box: HTMLTextAreaElement | null): void {
  if (!box) return;
  box.focus();
  const before = box.value.slice(0, box.selectionStart);
  const apart = before === "" || /\s$/u.test(before);
  document.execCommand("insertText", false, apart ? "/" : " /");
}

interface Beside {
  readonly tray: Tray;
  readonly laid: readonly Laid[];
}

function useComposer(
  { id, draft, noteDraft }: Conversation,
  actions: WorkActions,
  { tray, laid }: Beside,
) {
  const box = useRef<HTMLTextAreaElement>(null);
  const [isNote, setNote] = useState(false);
  useEffect(() => {
    const { current } = box;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length); // go on where one was
  }, [isNote]);
  const text = isNote ? noteDraft : draft;
  const type = (words: string): void => (isNote ? actions.draftNote : actions.draft)(id, words);
  const turn = (): void => setNote(!isNote);
  const files = isNote ? [] : laid; // a note takes none: they stay for the answer
  const says = text.trim() !== "" || files.length > 0;
  const sendable = says && lengthOf(text) <= TEXT_MAX && isReady(files);
  const send = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    if (sendable && isNote) actions.note(id, text);
    else if (sendable) actions.write(id, text, tray.take());
    if (isNote && sendable) setNote(false); // the next words are an answer again
    box.current?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.altKey && event.code === "KeyN") {
      event.preventDefault();
      turn();
    } else if (event.key === "Enter" && !event.shiftKey) send(event);
  };
  return { box, isNote, text, turn, type, sendable, send, onKey };
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
      <Kbd>Enter</Kbd> sends, <Kbd>Shift</Kbd> <Kbd>Enter</Kbd> begins a line, <Kbd>Alt</Kbd>{" "}
      <Kbd>N</Kbd> a note
    </p>
  );
}
