import type { z } from "zod";
import { recordSchema, textRecordSchema } from "../models/field-schemas.ts";
import { checkWith, type HookDefinition, type PayloadCheck } from "./hook-definition.ts";
import { identityResolutionSchema, tokenDelegationSchema } from "./identity-schemas.ts";
import {
  readAgentPostInvoke,
  readAgentPreInvoke,
  readHeaders,
  readImageAssessment,
  readPermissionDecision,
  readPromptPostFetch,
  readPromptPreFetch,
  readResourcePostFetch,
  readResourcePreFetch,
  readToolPostInvoke,
  readToolPreInvoke,
  readUser,
} from "./modified-payloads.ts";
import { payloadSchemas, permissionDecisionSchema, type StockHookType } from "./payload-schemas.ts";

/** A hook whose `modified_payload` is of the type of its payload. */
function alike(
  type: StockHookType,
  payloadName: string,
  checkModifiedPayload: PayloadCheck,
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
  type: StockHookType,
  payloadName: string,
  modifiedPayloadSchema: z.ZodType<unknown>,
  checkModifiedPayload: PayloadCheck = checkWith(modifiedPayloadSchema),
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

/** A hook that passes messages. */
function message(type: StockHookType): HookDefinition {
  return alike(type, "MessagePayload", checkWith(payloadSchemas[type]));
}

/** Every hook that either generation of the reference knows. */
export const stockHooks: readonly HookDefinition[] = [
  alike("prompt_pre_fetch", "PromptPrehookPayload", readPromptPreFetch),
  alike("prompt_post_fetch", "PromptPosthookPayload", readPromptPostFetch, ["result"]),
  alike("tool_pre_invoke", "ToolPreInvokePayload", readToolPreInvoke),
  alike("tool_post_invoke", "ToolPostInvokePayload", readToolPostInvoke, ["result"]),
  alike("resource_pre_fetch", "ResourcePreFetchPayload", readResourcePreFetch),
  alike("resource_post_fetch", "ResourcePostFetchPayload", readResourcePostFetch, ["content"]),
  alike("agent_pre_invoke", "AgentPreInvokePayload", readAgentPreInvoke),
  alike("agent_post_invoke", "AgentPostInvokePayload", readAgentPostInvoke),
  unlike("http_pre_request", "HttpPreRequestPayload", textRecordSchema, readHeaders),
  unlike("http_post_request", "HttpPostRequestPayload", textRecordSchema, readHeaders),
  unlike("http_auth_resolve_user", "HttpAuthResolveUserPayload", recordSchema, readUser),
  unlike(
    "http_auth_check_permission",
    "HttpAuthCheckPermissionPayload",
    permissionDecisionSchema,
    readPermissionDecision,
  ),
  alike("server_pre_register", "ServerPreRegisterPayload", readImageAssessment),
  alike("runtime_pre_deploy", "RuntimePreDeployPayload", readImageAssessment),
  message("evaluate"),
  message("cmf.tool_pre_invoke"),
  message("cmf.tool_post_invoke"),
  message("cmf.llm_input"),
  message("cmf.llm_output"),
  message("cmf.resource_pre_fetch"),
  message("cmf.resource_post_fetch"),
  message("cmf.prompt_pre_fetch"),
  message("cmf.prompt_post_fetch"),
  unlike("identity_resolve", "IdentityPayload", identityResolutionSchema),
  unlike("token_delegate", "DelegationPayload", tokenDelegationSchema),
];
