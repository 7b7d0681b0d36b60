export { Chat, type ChatOptions, type SessionStore } from "./client.ts";
export type { ChatState, Outgoing, Phase, Session } from "./state.ts";
export { showsSomething } from "../text.ts";
export { hasEnded, servingAgent } from "../thread.ts";
