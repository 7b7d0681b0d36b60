export { AgentApi } from "./api.ts";
export { Workplace, type WorkplaceListener } from "./client.ts";
export { type Conversation, type Desk, type Kept, type Link, type Signs, type Standing, toKeep, type Unsent } from "./desk.ts";
export { asFailure, Failure, type FailureCode } from "./failure.ts";
export { ACCEPT, attachmentOf, isPicture, type UploadOptions } from "../files.ts";
export { isReady, type Laid, sizeOf, Tray } from "../tray.ts";
export { servingAgent } from "../thread.ts";
export { filledIn, slashed } from "../text.ts";
