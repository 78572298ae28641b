import type { z } from "zod";
import { recordSchema, textRecordSchema } from "../models/field-schemas.ts";
import type { HookType } from "./hook-payloads.ts";
import {
  readAgentPostInvoke,
  readAgentPreInvoke,
  readHeaders,
  readPermissionDecision,
  readPromptPostFetch,
  readPromptPreFetch,
  readResourcePostFetch,
  readResourcePreFetch,
  readToolPostInvoke,
  readToolPreInvoke,
  readUser,
} from "./modified-payloads.ts";
import { payloadSchemas, permissionDecisionSchema } from "./payload-schemas.ts";

export interface HookDefinition {
  readonly type: string;
  /** Name of the payload's model in the texts of a server's errors */
  readonly payloadName: string;
  /** Specifies the payload that a server gets: unknown members are left out, missing ones have their defaults */
  readonly payloadSchema: z.ZodType<unknown>;
  /** Required members of the payload that may be null, and are then sent as null instead of being left out */
  readonly nullFields: readonly string[];
  /** Specifies the `modified_payload` of a result */
  readonly modifiedPayloadSchema: z.ZodType<unknown>;
  /**
   * Does by hand what `modifiedPayloadSchema` specifies. Returns the payload with its defaults; throws a ShapeFault whose
   * path begins with `at`.
   */
  readonly checkModifiedPayload: (value: unknown, at: string) => unknown;
}

type Check = HookDefinition["checkModifiedPayload"];

/** A hook whose `modified_payload` is of the type of its payload. */
function alike(
  type: HookType,
  payloadName: string,
  checkModifiedPayload: Check,
  nullFields: readonly string[] = [],
): HookDefinition {
  const payloadSchema = payloadSchemas[type];
  return {
    type,
    payloadName,
    payloadSchema,
    nullFields,
    modifiedPayloadSchema: payloadSchema,
    checkModifiedPayload,
  };
}

/** A hook whose `modified_payload` is of another type than its payload. */
function unlike(
  type: HookType,
  payloadName: string,
  modifiedPayloadSchema: z.ZodType<unknown>,
  checkModifiedPayload: Check,
): HookDefinition {
  return {
    type,
    payloadName,
    payloadSchema: payloadSchemas[type],
    nullFields: [],
    modifiedPayloadSchema,
    checkModifiedPayload,
  };
}

const stockHooks: Readonly<Record<HookType, HookDefinition>> = {
  prompt_pre_fetch: alike("prompt_pre_fetch", "PromptPrehookPayload", readPromptPreFetch),
  prompt_post_fetch: alike("prompt_post_fetch", "PromptPosthookPayload", readPromptPostFetch, [
    "result",
  ]),
  tool_pre_invoke: alike("tool_pre_invoke", "ToolPreInvokePayload", readToolPreInvoke),
  tool_post_invoke: alike("tool_post_invoke", "ToolPostInvokePayload", readToolPostInvoke, [
    "result",
  ]),
  resource_pre_fetch: alike("resource_pre_fetch", "ResourcePreFetchPayload", readResourcePreFetch),
  resource_post_fetch: alike(
    "resource_post_fetch",
    "ResourcePostFetchPayload",
    readResourcePostFetch,
    ["content"],
  ),
  agent_pre_invoke: alike("agent_pre_invoke", "AgentPreInvokePayload", readAgentPreInvoke),
  agent_post_invoke: alike("agent_post_invoke", "AgentPostInvokePayload", readAgentPostInvoke),
  http_pre_request: unlike(
    "http_pre_request",
    "HttpPreRequestPayload",
    textRecordSchema,
    readHeaders,
  ),
  http_post_request: unlike(
    "http_post_request",
    "HttpPostRequestPayload",
    textRecordSchema,
    readHeaders,
  ),
  http_auth_resolve_user: unlike(
    "http_auth_resolve_user",
    "HttpAuthResolveUserPayload",
    recordSchema,
    readUser,
  ),
  http_auth_check_permission: unlike(
    "http_auth_check_permission",
    "HttpAuthCheckPermissionPayload",
    permissionDecisionSchema,
    readPermissionDecision,
  ),
};

const hooks: ReadonlyMap<string, HookDefinition> = new Map(Object.entries(stockHooks));

/** The hook of that name, if it is registered here. */
export function findHook(type: string): HookDefinition | undefined {
  return hooks.get(type);
}
