export { Chat, type ChatOptions, type SessionStore } from "./client.ts";
export { covers, type Mark, markOf, type Signs } from "./signs.ts";
export type { ChatState, Outgoing, Phase, Session } from "./state.ts";
export { showsSomething } from "../text.ts";
export { hasEnded, servingAgent, unrated } from "../thread.ts";
