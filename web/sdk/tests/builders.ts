/** Items and frames for tests, each with what a test does not care about filled in. */

import type { AuthorKind, ConversationId, Item, Welcome } from "../src/contracts.ts";

export const CONVERSATION: ConversationId = "conv_01a";
export const NEXT_CONVERSATION: ConversationId = "conv_01b";

export function anItem(seq: number, more: Partial<Item> = {}): Item {
  const conversation = more.conversation_id ?? CONVERSATION;
  return {
    id: `item_${conversation}${seq}`,
    conversation_id: conversation,
    seq,
    kind: "message",
    visibility: "everyone",
    author: by("customer"),
    text: `message ${seq}`,
    client_id: null,
    created_at: "2026-11-23T08:00:00.000Z",
    ...more,
  };
}

export function by(kind: AuthorKind, name: string | null = null): Item["author"] {
  return { kind, id: null, name };
}

export function aWelcome(more: Partial<Welcome> = {}): Welcome {
  return {
    type: "welcome",
    session_id: "sess_1",
    session_token: "fs_token",
    epoch: 1,
    conversation_id: null,
    last_seq: 0,
    items: [],
    server_time: "2026-11-23T08:00:00.000Z",
    limits: { text_max: 5000, frame_max_bytes: 65536 },
    ...more,
  };
}
