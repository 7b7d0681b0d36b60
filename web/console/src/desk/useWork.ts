/** Binds an agent's place of work to the screen: state out, actions in. */

import {
  asFailure,
  type Desk,
  type Failure,
  toKeep,
  type UploadOptions,
  Workplace,
  type WorkplaceListener,
} from "@firstreply/sdk/agent";
import type {
  AgentStatus,
  Colleague,
  ConversationId,
  ConversationPage,
  FileId,
  FollowUps,
  Item,
  NewFollowUp,
  Offer,
  OfferId,
  ReadyAnswer,
  StoredFile,
  Transfer,
  WaitingConversation,
} from "@firstreply/sdk/contracts";
import { useEffect, useMemo, useRef, useState } from "react";
import { allowSound, chime } from "../kit/chime.ts";
import { SIGNED_OUT, sentenceOf, takingSentence } from "../sentences.ts";
import { keep, keptOf, type SignedInHere } from "../session.ts";

export interface WorkActions {
  accept(offer: Offer): void;
  decline(offer: Offer): void;
  /** Look at an offer in full, or at a conversation. */
  look(offer: OfferId): void;
  open(id: ConversationId | null): void;
  draft(id: ConversationId, text: string): void;
  write(id: ConversationId, text: string, files?: readonly StoredFile[]): void;
  uploadFile(file: File, options: UploadOptions): Promise<StoredFile>;
  fetchFile(id: FileId): Promise<Blob>;
  draftNote(id: ConversationId, text: string): void;
  note(id: ConversationId, text: string): void;
  /** Conversations that have ended; rejects with a `Failure`. */
  ended(words: string, cursor: string | null): Promise<ConversationPage>;
  transcript(id: ConversationId): Promise<readonly Item[]>;
  close(id: ConversationId): Promise<void>;
  /** Take a conversation that nobody offered; a refusal is told on the screen. */
  take(id: ConversationId): Promise<void>;
  /** This and the next five reject with a `Failure`. */
  colleagues(): Promise<readonly Colleague[]>;
  transfer(id: ConversationId, wish: Transfer): Promise<void>;
  waiting(): Promise<readonly WaitingConversation[]>;
  promise(id: ConversationId, wish: NewFollowUp): Promise<void>;
  followUps(): Promise<FollowUps>;
  solve(id: ConversationId): Promise<void>;
  /** Replies that are ready; rejects with a `Failure`. */
  replies(words: string): Promise<readonly ReadyAnswer[]>;
  dismiss(id: ConversationId): void;
  setStatus(status: AgentStatus): void;
  say(notice: string | null): void;
  signOut(): void;
}

export interface Work {
  readonly desk: Desk;
  /** The offer on the screen: the one looked at, or the most urgent. */
  readonly shown: Offer | null;
  readonly notice: string | null;
  readonly actions: WorkActions;
}

export function useWork(session: SignedInHere, onLeave: (why: string | null) => void): Work {
  const [notice, say] = useState<string | null>(null);
  const [looked, look] = useState<OfferId | null>(null);
  const { workplace, desk } = useWorkplace(session, onLeave);
  const actions = useMemo(
    () => actionsOf(workplace, { say, look, leave: onLeave }),
    [workplace, onLeave],
  );
  const shown = desk.offers.find((offer) => offer.id === looked) ?? desk.offers[0] ?? null;
  useTitle(desk.offers.length);
  return { desk, shown, notice, actions };
}

function useWorkplace(session: SignedInHere, onLeave: (why: string | null) => void) {
  const leave = useRef(onLeave);
  leave.current = onLeave;
  const [, setDesk] = useState<Desk | null>(null);
  const workplace = useMemo(() => {
    const { token, agent } = session;
    const listener: WorkplaceListener = {
      onDesk: (desk) => {
        keep(agent.id, toKeep(desk));
        setDesk(desk);
      },
      onOffer: () => {
        chime();
        if (isOver(place.desk)) place.feed({ type: "open", id: null });
      },
      onSignedOut: () => leave.current(SIGNED_OUT),
    };
    const place = new Workplace("", token, agent, listener, keptOf(agent.id));
    return place;
  }, [session]);
  useEffect(() => {
    workplace.start();
    return () => workplace.stop();
  }, [workplace]);
  useEvents(() => workplace.looked(), [document, "visibilitychange"]);
  useEvents(() => workplace.hurry(), [window, "online"], [document, "visibilitychange"]);
  useEvents(allowSound, [document, "pointerdown"], [document, "keydown"]);
  useEffect(allowSound, []);
  return { workplace, desk: workplace.desk };
}

/** Call `listener` at each of these events while the component is there. */
function useEvents(listener: () => void, ...events: readonly (readonly [EventTarget, string])[]): void {
  useEffect(() => {
    for (const [target, name] of events) target.addEventListener(name, listener);
    return () => {
      for (const [target, name] of events) target.removeEventListener(name, listener);
    };
  });
}

/** Nothing is left to do in the conversation on the screen: an offer may take its place. */
function isOver(desk: Desk): boolean {
  const open = desk.open ? desk.conversations.get(desk.open) : undefined;
  return open !== undefined && open.standing !== "mine" && open.draft === "";
}

interface Screen {
  readonly say: (notice: string | null) => void;
  readonly look: (offer: OfferId) => void;
  readonly leave: (why: string | null) => void;
}

function actionsOf(workplace: Workplace, screen: Screen): WorkActions {
  const busy = new Set<OfferId>();
  const tell = (error: unknown, words: (failure: Failure) => string): void => {
    const failure = asFailure(error);
    if (failure.code === "not_signed_in") screen.leave(SIGNED_OUT);
    else screen.say(words(failure));
  };
  const told = (error: unknown): void => tell(error, sentenceOf);
  const answer = async (offer: Offer, verb: "accept" | "decline"): Promise<void> => {
    if (busy.has(offer.id)) return;
    busy.add(offer.id);
    screen.say(null);
    await workplace[verb](offer).catch(told);
    busy.delete(offer.id);
  };
  return {
    accept: (offer) => void answer(offer, "accept"),
    decline: (offer) => void answer(offer, "decline"),
    look: (offer) => {
      workplace.feed({ type: "open", id: null });
      screen.look(offer);
    },
    open: (id) => workplace.feed({ type: "open", id }),
    draft: (id, text) => workplace.draft(id, text),
    write: (id, text, files) => workplace.write(id, text, files),
    uploadFile: (file, options) => workplace.uploadFile(file, options),
    fetchFile: (id) => workplace.fetchFile(id),
    draftNote: (id, text) => workplace.feed({ type: "noteDraft", id, text }),
    note: (id, text) => workplace.note(id, text),
    ended: (words, cursor) => workplace.ended(words, cursor),
    transcript: (id) => workplace.transcript(id),
    close: (id) => workplace.close(id).catch(told),
    colleagues: () => workplace.colleagues(),
    take: (id) => workplace.take(id).catch((error: unknown) => tell(error, takingSentence)),
    transfer: (id, wish) => workplace.transfer(id, wish),
    waiting: () => workplace.waiting(),
    promise: (id, wish) => workplace.promise(id, wish),
    followUps: () => workplace.followUps(),
    solve: (id) => workplace.solve(id),
    replies: (words) => workplace.replies(words),
    dismiss: (id) => void workplace.putAway(id).catch(told),
    setStatus: (status) => void workplace.setStatus(status).catch(told),
    say: screen.say,
    signOut: () => void workplace.signOut().catch(() => {}).then(() => screen.leave(null)),
  };
}

const TITLE = "Firstreply console";

function useTitle(offers: number): void {
  useEffect(() => {
    document.title = offers > 0 ? `(${offers}) Someone is waiting – ${TITLE}` : TITLE;
    return () => {
      document.title = TITLE;
    };
  }, [offers]);
}
