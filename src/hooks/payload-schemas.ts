import { z } from "zod";
import { recordSchema, textOrNullSchema, textRecordSchema } from "../models/field-schemas.ts";
import { cmfMessageSchema } from "./cmf-schemas.ts";
import type {
  HookPayloads,
  HttpAuthCheckPermissionDecision,
  ImageAssessmentPayload,
  MessagePayload,
} from "./hook-payloads.ts";
import { identityResolveSchema, tokenDelegateSchema } from "./identity-schemas.ts";

/** The hooks of the reference. Unlike `HookType` it does not grow with what users declare. */
export type StockHookType =
  | `${"prompt" | "resource"}_${"pre" | "post"}_fetch`
  | `${"tool" | "agent"}_${"pre" | "post"}_invoke`
  | `http_${"pre" | "post"}_request`
  | `http_auth_${"resolve_user" | "check_permission"}`
  | "server_pre_register"
  | "runtime_pre_deploy"
  | "evaluate"
  | `cmf.${"prompt" | "resource"}_${"pre" | "post"}_fetch`
  | `cmf.tool_${"pre" | "post"}_invoke`
  | `cmf.llm_${"input" | "output"}`
  | "identity_resolve"
  | "token_delegate";

const textRecordOrNull = textRecordSchema.nullable().default(null);
const recordOrEmpty = recordSchema.nullable().default(() => ({}));
const intOrNull = z.int().nullable().default(null);

const client = { client_host: textOrNullSchema, client_port: intOrNull };
const httpRequest = {
  path: z.string(),
  method: z.string(),
  ...client,
  headers: textRecordSchema,
};

const imageAssessment: z.ZodType<ImageAssessmentPayload> = z.object({
  assessment_id: z.string(),
  image_ref: z.string(),
  image_digest: textOrNullSchema,
});

const message: z.ZodType<MessagePayload> = z.object({
  message: cmfMessageSchema,
  hook: z
    .enum([
      "evaluate",
      "llm_input",
      "llm_output",
      "tool_pre_invoke",
      "tool_post_invoke",
      "prompt_pre_fetch",
      "prompt_post_fetch",
      "resource_pre_fetch",
      "resource_post_fetch",
    ])
    .default("evaluate"),
});

/** The payload of each stock hook. Unknown members are left out, missing ones have their defaults. */
export const payloadSchemas: { readonly [H in StockHookType]: z.ZodType<HookPayloads[H]> } = {
  prompt_pre_fetch: z.object({
    prompt_id: z.string(),
    args: textRecordSchema.nullable().default(() => ({})),
  }),
  prompt_post_fetch: z.object({ prompt_id: z.string(), result: z.unknown() }),
  tool_pre_invoke: z.object({
    name: z.string(),
    args: recordOrEmpty,
    headers: textRecordOrNull,
  }),
  tool_post_invoke: z.object({ name: z.string(), result: z.unknown() }),
  resource_pre_fetch: z.object({ uri: z.string(), metadata: recordOrEmpty }),
  resource_post_fetch: z.object({ uri: z.string(), content: z.unknown() }),
  agent_pre_invoke: z.object({
    agent_id: z.string(),
    messages: z.array(z.unknown()),
    tools: z.array(z.string()).nullable().default(null),
    headers: textRecordOrNull,
    model: textOrNullSchema,
    system_prompt: textOrNullSchema,
    parameters: recordOrEmpty,
  }),
  agent_post_invoke: z.object({
    agent_id: z.string(),
    messages: z.array(z.unknown()),
    tool_calls: z.array(recordSchema).nullable().default(null),
  }),
  http_pre_request: z.object(httpRequest),
  http_post_request: z.object({
    ...httpRequest,
    response_headers: textRecordOrNull,
    status_code: intOrNull,
  }),
  http_auth_resolve_user: z.object({
    credentials: recordSchema.nullable().default(null),
    headers: textRecordSchema,
    ...client,
  }),
  http_auth_check_permission: z.object({
    user_email: z.string(),
    permission: z.string(),
    resource_type: textOrNullSchema,
    team_id: textOrNullSchema,
    is_admin: z.boolean().default(false),
    auth_method: textOrNullSchema,
    client_host: textOrNullSchema,
    user_agent: textOrNullSchema,
  }),
  server_pre_register: imageAssessment,
  runtime_pre_deploy: imageAssessment,
  evaluate: message,
  "cmf.tool_pre_invoke": message,
  "cmf.tool_post_invoke": message,
  "cmf.llm_input": message,
  "cmf.llm_output": message,
  "cmf.resource_pre_fetch": message,
  "cmf.resource_post_fetch": message,
  "cmf.prompt_pre_fetch": message,
  "cmf.prompt_post_fetch": message,
  identity_resolve: identityResolveSchema,
  token_delegate: tokenDelegateSchema,
};

export const permissionDecisionSchema: z.ZodType<HttpAuthCheckPermissionDecision> = z.object({
  granted: z.boolean(),
  reason: textOrNullSchema,
});
