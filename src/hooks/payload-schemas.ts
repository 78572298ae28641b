import { z } from "zod";
import { recordSchema, textOrNullSchema, textRecordSchema } from "../models/field-schemas.ts";
import type { HookPayloads, HookType, HttpAuthCheckPermissionDecision } from "./hook-payloads.ts";

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

/** The payload of each stock hook. Unknown members are left out, missing ones have their defaults. */
export const payloadSchemas: { readonly [H in HookType]: z.ZodType<HookPayloads[H]> } = {
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
};

export const permissionDecisionSchema: z.ZodType<HttpAuthCheckPermissionDecision> = z.object({
  granted: z.boolean(),
  reason: textOrNullSchema,
});
