/** What was said, as plain text, the newest in sight; a message never becomes markup. */

import { attachmentOf, type Conversation, type Signs, type Unsent } from "@firstreply/sdk/agent";
import type { AgentId, Item } from "@firstreply/sdk/contracts";
import { Attachments } from "@firstreply/talk/attachments";
import { useEndInSight } from "@firstreply/talk/end-in-sight";
import { Words } from "@firstreply/talk/words";
import { memo, type ReactNode, useMemo } from "react";
import { time } from "../format.ts";
import { useBefore } from "../kit/useNow.ts";
import { nameOfConversation } from "./names.ts";

/** Closer to the end than this, new messages keep it at the end. In px. */
const NEAR_END = 120;

export function Transcript({ conversation, me }: { conversation: Conversation; me: AgentId }) {
  const { thread, unsent, preview, signs } = conversation;
  const customer = nameOfConversation(conversation);
  const names = useMemo(() => ({ me, customer }), [me, customer]);
  return <Log items={thread.items} unsent={unsent} preview={preview} signs={signs} names={names} />;
}

interface LogProps {
  readonly items: readonly Item[];
  readonly unsent?: readonly Unsent[];
  readonly preview?: string | null;
  readonly signs?: Signs | null;
  readonly names: Names;
}

export function Log({ items, unsent = [], preview = null, signs = null, names }: LogProps) {
  const lastOwn = items.findLast((item) => item.kind === "message" && item.author.kind === "agent");
  const { box, below, toEnd } = useEndInSight(items.length + unsent.length, NEAR_END);
  return (
    <div className="transcript-frame">
      <div className="transcript" role="log" aria-label="Messages" tabIndex={0} ref={box}>
        <ol>
          {items.length === 0 && preview && <Preview text={preview} />}
          {items.map((item, at) => (
            <Entry key={item.id} item={item} before={items[at - 1]} names={names}>
              {signs && item === lastOwn && <Reach seq={item.seq} signs={signs} />}
            </Entry>
          ))}
          {unsent.map((message) => (
            <Waiting key={message.clientId} message={message} />
          ))}
        </ol>
      </div>
      {signs && <Typing signs={signs} who={names.customer} />}
      {below && (
        <button type="button" className="below" onClick={toEnd}>
          New messages below
        </button>
      )}
    </div>
  );
}

function Preview({ text }: { text: string }) {
  return (
    <li className="entry customer">
      <p className="bubble" dir="auto">
        {text}
      </p>
    </li>
  );
}

interface Names {
  readonly me: AgentId;
  readonly customer: string;
}

interface EntryProps {
  readonly item: Item;
  readonly before: Item | undefined;
  readonly names: Names;
  readonly children: ReactNode;
}

/** Drawn once, and not with each letter of the answer. */
const Entry = memo(function Entry({ item, before, names, children }: EntryProps) {
  if (item.kind === "note" && !item.erased) return <Note item={item} names={names} />;
  if (item.kind !== "message" || item.erased) {
    return (
      <li className="line" dir="auto">
        {lineOf(item, names.me)} <time dateTime={item.created_at}>{time(item.created_at)}</time>
      </li>
    );
  }
  const side = item.author.kind === "customer" ? "customer" : "ours";
  const begins = before?.kind !== "message" || before.author.kind !== item.author.kind;
  return (
    <li className={`entry ${side} ${begins ? "begins" : ""}`}>
      {begins && (
        <p className="voice" dir="auto">
          {voiceOf(item, names)} <time dateTime={item.created_at}>{time(item.created_at)}</time>
        </p>
      )}
      {item.text !== "" && (
        <p className="bubble" dir="auto">
          <Words text={item.text} />
        </p>
      )}
      <Attachments files={item.attachments} />
      {children}
    </li>
  );
});

/** For colleagues alone, and it looks like nothing that was said to the customer. */
function Note({ item, names }: Pick<EntryProps, "item" | "names">) {
  return (
    <li className="entry note begins">
      <p className="voice" dir="auto">
        {item.author.id === names.me ? "Your note" : `Note by ${item.author.name ?? "an agent"}`}, for
        colleagues alone{" "}
        <time dateTime={item.created_at}>{time(item.created_at)}</time>
      </p>
      <p className="bubble" dir="auto">
        <Words text={item.text} />
      </p>
    </li>
  );
}

/** How far the newest answer came. */
function Reach({ seq, signs }: { seq: number; signs: Signs }) {
  const word = signs.read >= seq ? "Read" : signs.received >= seq ? "Delivered" : "Sent";
  return <p className="reach">{word}</p>;
}

/** A latest value: it runs out by itself. */
function Typing({ signs, who }: { signs: Signs; who: string }) {
  const types = useBefore(signs.typesUntil);
  return (
    <p className="typing" role="status">
      {types && (
        <>
          <bdi>{who}</bdi> is typing…
        </>
      )}
    </p>
  );
}

function Waiting({ message }: { message: Unsent }) {
  return (
    <li className={`entry ${message.isNote ? "note" : "ours"} begins waiting`}>
      <p className="voice">{message.isNote ? "Saving your note…" : "Sending…"}</p>
      {message.text !== "" && (
        <p className="bubble" dir="auto">
          {message.text}
        </p>
      )}
      <Attachments files={(message.files ?? []).map(attachmentOf)} />
    </li>
  );
}

function voiceOf(item: Item, { me, customer }: Names): string {
  if (item.author.kind === "customer") return item.author.name ?? customer;
  return item.author.id === me ? "You" : (item.author.name ?? "Agent");
}

function lineOf(item: Item, me: AgentId): string {
  const who = item.author.id === me ? "You" : (item.author.name ?? "An agent");
  if (item.erased && ["message", "note", "address"].includes(item.kind)) return "Erased";
  if (item.kind === "address") return `Wants to be answered at ${item.text}`;
  if (item.kind === "joined") return `${who} joined`;
  if (item.kind === "left") return `${who} left`;
  if (item.kind === "ended") return "Conversation ended";
  return item.text;
}
