/** The whole widget: the button that opens it, and the panel. Holds what is open, nothing of the talk. */

import type { Chat, ChatState } from "@firstreply/sdk/chat";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Invitation } from "./Invitation.tsx";
import { Launcher } from "./Launcher.tsx";
import { Panel } from "./Panel.tsx";

interface Props {
  readonly chat: Chat;
  readonly title: string;
  readonly onReady: (setOpen: (open: boolean) => void) => void;
}

export function App({ chat, title, onReady }: Props) {
  const state = useChat(chat);
  const [open, setOpenOnly] = useState(false);
  const [seen, setSeen] = useState(0);
  const launcher = useRef<HTMLButtonElement>(null);
  const fromOthers = state.items.filter((item) => item.author.kind === "agent").length;
  const setOpen = useCallback(
    (next: boolean) => {
      if (next) chat.connect();
      setOpenOnly(next);
    },
    [chat],
  );
  /** Opened by the customer's own hand, which is a yes to an invitation that asks for it. */
  const takeUp = useCallback(() => {
    chat.acceptInvitation();
    setOpen(true);
  }, [chat, setOpen]);
  const toLauncher = useCallback(() => launcher.current?.focus(), []);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !open) launcher.current?.focus();
    wasOpen.current = open;
  }, [open]);
  useLayoutEffect(() => onReady(setOpen), [onReady, setOpen]);
  useEffect(() => {
    if (open) setSeen(fromOthers);
  }, [open, fromOthers]);
  useLooking(open, state.items.length, chat);
  return (
    <div class="ground" onKeyDown={keepFromShop} onKeyUp={keepFromShop} onKeyPress={keepFromShop}>
      {open && <Panel chat={chat} state={state} title={title} onClose={() => setOpen(false)} />}
      {!open && <Invitation chat={chat} state={state} onAccept={takeUp} onDismissed={toLauncher} />}
      <Launcher
        button={launcher}
        label={title}
        open={open}
        unread={Math.max(0, fromOthers - seen)}
        onOpen={takeUp}
      />
    </div>
  );
}

/** What is open on a page that is looked at counts as read. */
function useLooking(open: boolean, count: number, chat: Chat): void {
  useEffect(() => {
    const look = (): void => {
      if (open && count > 0 && !document.hidden) chat.seen();
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [open, count, chat]);
}

function useChat(chat: Chat): ChatState {
  const [state, setState] = useState(chat.state);
  useLayoutEffect(() => {
    setState(chat.state);
    return chat.subscribe(setState);
  }, [chat]);
  return state;
}

/** A shop's shortcuts must not fire while a customer types. */
function keepFromShop(event: KeyboardEvent): void {
  event.stopPropagation();
}
