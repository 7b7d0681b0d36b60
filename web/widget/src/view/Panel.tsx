/** The open chat: who is there, what was said, the box to write in. */

import { type Chat, type ChatState, servingAgent } from "@firstreply/sdk/chat";
import { useRef, useState } from "preact/hooks";
import { Composer } from "./Composer.tsx";
import { CloseIcon } from "./icons.tsx";
import { Log } from "./Log.tsx";
import { canWrite, noticeOf, stateLine } from "./sentences.ts";

interface Props {
  readonly chat: Chat;
  readonly state: ChatState;
  readonly title: string;
  readonly onClose: () => void;
}

export function Panel({ chat, state, title, onClose }: Props) {
  const [text, setText] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const edit = (clientId: string, refused: string): void => {
    chat.discard(clientId);
    setText((typed) => (typed ? `${refused}\n${typed}` : refused));
    box.current?.focus();
  };
  const closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.isComposing) onClose();
  };
  return (
    <section class="panel" role="dialog" aria-label={title} onKeyDown={closeOnEscape}>
      <Header title={title} state={state} onClose={onClose} />
      <Log state={state} onEdit={edit} />
      <Notice chat={chat} state={state} />
      {canWrite(state) && (
        <Composer
          box={box}
          text={text}
          max={state.textMax}
          onText={setText}
          onSend={() => {
            chat.write(text);
            setText("");
          }}
        />
      )}
    </section>
  );
}

function Header({ title, state, onClose }: Omit<Props, "chat">) {
  const agent = servingAgent(state.items);
  return (
    <header class="header">
      <div class="header-words">
        <h2>
          <bdi>{agent ?? title}</bdi>
        </h2>
        <p role="status" class={state.phase === "live" ? "presence presence-live" : "presence"}>
          {stateLine(state, agent)}
        </p>
      </div>
      <button type="button" class="icon-button" aria-label="Close the chat" onClick={onClose}>
        <CloseIcon />
      </button>
    </header>
  );
}

function Notice({ chat, state }: Pick<Props, "chat" | "state">) {
  const notice = noticeOf(state, navigator.onLine);
  return (
    <div role="alert" class={notice ? "notice" : ""}>
      {notice && <p>{notice.sentence}</p>}
      {notice?.action === "connect" && (
        <button type="button" class="notice-button" onClick={() => chat.connect()}>
          {notice.label}
        </button>
      )}
      {notice?.action === "reload" && (
        <button type="button" class="notice-button" onClick={() => location.reload()}>
          {notice.label}
        </button>
      )}
    </div>
  );
}
