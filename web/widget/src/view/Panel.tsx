/** The open chat: who is there, what was said, the box to write in. */

import { type Chat, type ChatState, type Laid, servingAgent, Tray } from "@firstreply/sdk/chat";
import type { FileId } from "@firstreply/sdk/contracts";
import { Fetching } from "@firstreply/talk/attachments";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { AddressForm, ClosedLine } from "./Closed.tsx";
import { Composer } from "./Composer.tsx";
import { CloseIcon } from "./icons.tsx";
import { Log } from "./Log.tsx";
import { Rating } from "./Rating.tsx";
import { canWrite, noticeOf, stateLine } from "./sentences.ts";

interface Props {
  readonly chat: Chat;
  readonly state: ChatState;
  readonly title: string;
  readonly onClose: () => void;
}

export function Panel({ chat, state, title, onClose }: Props) {
  const [text, setText] = useState("");
  const { tray, laid } = useTray(chat);
  const fetchFile = useCallback((id: FileId) => chat.fetchFile(id), [chat]);
  const online = useOnline();
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
      <Header title={title} state={state} online={online} onClose={onClose} />
      <ClosedLine state={state} />
      <Fetching.Provider value={fetchFile}>
        <Log state={state} onEdit={edit} />
      </Fetching.Provider>
      <Typing state={state} />
      <Rating chat={chat} state={state} />
      <AddressForm chat={chat} state={state} box={box} />
      <Notice chat={chat} state={state} online={online} />
      {canWrite(state) && (
        <Composer
          box={box}
          text={text}
          tray={tray}
          laid={laid}
          max={state.textMax}
          onText={(typed) => {
            setText(typed);
            if (typed !== "") chat.typing();
          }}
          onSend={() => {
            chat.write(text, tray.take());
            setText("");
          }}
        />
      )}
    </section>
  );
}

function useTray(chat: Chat) {
  const [laid, setLaid] = useState<readonly Laid[]>([]);
  const tray = useMemo(() => {
    return new Tray((file, options) => chat.uploadFile(file, options), setLaid);
  }, [chat]);
  return { tray, laid };
}

interface Online {
  readonly online: boolean;
}

function Header({ title, state, online, onClose }: Omit<Props, "chat"> & Online) {
  const agent = servingAgent(state.items);
  const there = online && state.phase === "live" && agent !== null;
  return (
    <header class="header">
      <div class="header-words">
        <h2>
          <bdi>{agent ?? title}</bdi>
        </h2>
        <p role="status" class={there ? "presence presence-live" : "presence"}>
          {stateLine(state, agent, online)}
        </p>
      </div>
      <button type="button" class="icon-button" aria-label="Close the chat" onClick={onClose}>
        <CloseIcon />
      </button>
    </header>
  );
}

/** Said politely, and gone by itself: it is a latest value, no message. */
function Typing({ state }: { readonly state: ChatState }) {
  const types = state.signs.agentTypesUntil !== null;
  const who = servingAgent(state.items) ?? "Someone";
  return (
    <p class="typing" role="status">
      {types && (
        <>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <bdi>{who}</bdi> is typing…
        </>
      )}
    </p>
  );
}

/** Whether the browser has a network at all; it says when that changes. */
function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = (): void => setOnline(navigator.onLine);
    for (const name of ["online", "offline"]) window.addEventListener(name, look);
    return () => {
      for (const name of ["online", "offline"]) window.removeEventListener(name, look);
    };
  }, []);
  return online;
}

function Notice({ chat, state, online }: Pick<Props, "chat" | "state"> & Online) {
  const notice = noticeOf(state, online);
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
