export { connectionInput, pluginConnectionLogic } from "./actors/connection-logic.ts";
export type {
  HookRequest,
  HookRequestOptions,
  HookSettled,
  ReplyTarget,
} from "./actors/hook-request.ts";
export { createHookRequest } from "./actors/hook-request.ts";
