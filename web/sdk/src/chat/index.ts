export { Chat, type ChatOptions, type SessionStore } from "./client.ts";
export { covers, type Mark, markOf, type Signs } from "./signs.ts";
export type { ChatState, Invitation, Outgoing, Phase, Session } from "./state.ts";
export { ACCEPT, attachmentOf, isPicture } from "../files.ts";
export { isReady, type Laid, sizeOf, Tray } from "../tray.ts";
export { showsSomething } from "../text.ts";
export { hasEnded, servingAgent, unrated } from "../thread.ts";
