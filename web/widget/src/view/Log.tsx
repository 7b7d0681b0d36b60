/** What was said, in order, as plain text; a message never becomes markup. */

import { attachmentOf, type ChatState, covers, markOf, type Outgoing, type Signs } from "@firstreply/sdk/chat";
import type { Item } from "@firstreply/sdk/contracts";
import { Attachments } from "@firstreply/talk/attachments";
import { useEndInSight } from "@firstreply/talk/end-in-sight";
import { Words } from "@firstreply/talk/words";
import { isClosed } from "./Closed.tsx";
import { DeliveredIcon, SentIcon, WaitingIcon } from "./icons.tsx";
import { timeOf } from "./sentences.ts";

/** Closer to the end than this, new messages keep it at the end. In px. */
const NEAR_END = 80;

interface Props {
  readonly state: ChatState;
  readonly onEdit: (clientId: string, text: string) => void;
}

export function Log({ state, onEdit }: Props) {
  const { items, outgoing, signs } = state;
  const lastOwn = items.findLast((item) => item.kind === "message" && item.author.kind === "customer");
  const { box, below, toEnd } = useEndInSight(
    items.length + outgoing.length,
    NEAR_END,
    outgoing.length > 0,
  );
  return (
    <div class="log-frame">
      <div class="log" role="log" aria-label="Messages" tabIndex={0} ref={box}>
        {items.length + outgoing.length === 0 && <Greeting closed={isClosed(state)} />}
        {state.historyLost && <p class="line">Earlier messages can no longer be shown here.</p>}
        <ol>
          {items.map((item, at) => (
            <Entry
              key={item.id}
              item={item}
              before={items[at - 1]}
              after={items[at + 1]}
              signs={signs}
              isLastOwn={item === lastOwn}
            />
          ))}
          {outgoing.filter(isMessage).map((message) => (
            <Unsent key={message.clientId} message={message} onEdit={onEdit} />
          ))}
        </ol>
      </div>
      {below && (
        <button type="button" class="below" onClick={toEnd}>
          New messages below
        </button>
      )}
    </div>
  );
}

function isMessage({ rates, isAddress }: Outgoing): boolean {
  return rates === null && !isAddress;
}

function Greeting({ closed }: { readonly closed: boolean }) {
  return (
    <div class="greeting">
      <p class="greeting-large">How can we help?</p>
      <p>
        {closed
          ? "Write what you need. It is kept for the shop, and the answer comes once we are open."
          : "Write what you need. It reaches the shop at once, and the answer comes here."}
      </p>
    </div>
  );
}

interface EntryProps {
  readonly item: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly signs: Signs;
  readonly isLastOwn: boolean;
}

function Entry({ item, before, after, signs, isLastOwn }: EntryProps) {
  if (item.kind !== "message") return <Line item={item} />;
  const own = item.author.kind === "customer";
  const begins = !sameVoice(before, item);
  const ends = !sameVoice(item, after);
  return (
    <li class={`entry ${own ? "own" : "other"} ${begins ? "begins" : ""} ${ends ? "ends" : ""}`}>
      {begins && !own && item.author.name && (
        <span class="name" dir="auto">
          {item.author.name}
        </span>
      )}
      {own && <span class="hidden">You: </span>}
      {item.text !== "" && (
        <div class="bubble">
          <p dir="auto">
            <Words text={item.text} />
          </p>
        </div>
      )}
      <Attachments files={item.attachments} />
      {ends && (
        <span class="under">
          <time dateTime={item.created_at}>{timeOf(item.created_at)}</time>
          {own && <Reach item={item} signs={signs} isLastOwn={isLastOwn} />}
        </span>
      )}
    </li>
  );
}

/** How far a message came: in words for the newest one, for the others only to be heard. */
function Reach({ item, signs, isLastOwn }: Pick<EntryProps, "item" | "signs" | "isLastOwn">) {
  const read = covers(signs.read, markOf(item));
  const delivered = read || covers(signs.delivered, markOf(item));
  const word = read ? "Read" : delivered ? "Delivered" : "Sent";
  return (
    <>
      {delivered ? <DeliveredIcon /> : <SentIcon />}
      <span class={isLastOwn && delivered ? "" : "hidden"}>{word}</span>
    </>
  );
}

function Unsent({ message, onEdit }: { message: Outgoing; onEdit: Props["onEdit"] }) {
  const { clientId, text, files = [], refusal } = message;
  return (
    <li class={refusal ? "entry own begins ends refused" : "entry own begins ends waiting"}>
      <span class="hidden">You: </span>
      {(text !== "" || files.length === 0) && (
        <div class="bubble">
          <p dir="auto">{text}</p>
        </div>
      )}
      <Attachments files={files.map(attachmentOf)} />
      {refusal ? (
        <span class="under">
          Not sent. {refusal.detail}{" "}
          <button type="button" class="link" onClick={() => onEdit(clientId, text)}>
            Edit
          </button>
        </span>
      ) : (
        <span class="under">
          <WaitingIcon />
          <span class="hidden">Sending</span>
        </span>
      )}
    </li>
  );
}

function Line({ item }: { item: Item }) {
  const sentence = sentenceOf(item);
  return sentence ? (
    <li class="line" dir="auto">
      {sentence}
    </li>
  ) : null;
}

function sentenceOf(item: Item): string | null {
  const who = item.author.name ?? "Someone";
  switch (item.kind) {
    case "joined":
      return `${who} joined`;
    case "left":
      return `${who} left`;
    case "transferred":
      return `${who} takes over`;
    case "ended":
      return "This conversation has ended. Write again whenever you need us.";
    default:
      return null;
  }
}

function sameVoice(one: Item | undefined, other: Item | undefined): boolean {
  if (one?.kind !== "message" || other?.kind !== "message") return false;
  return one.author.kind === other.author.kind && one.author.name === other.author.name;
}
