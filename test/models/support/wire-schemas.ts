import { z } from "zod";
import type { HookDefinition } from "../../../src/hooks/hook-definition.ts";
import { recordSchema, textRecordSchema } from "../../../src/models/field-schemas.ts";

// The specification of an answer's parts, written a second time, that the readers are held against.

const intOrNull = z.int().nullable().default(null);
const textRecordOrNull = textRecordSchema.nullable().default(null);
const recordOrEmpty = recordSchema.nullable().default(() => ({}));

const violationSchema = z.object({
  reason: z.string(),
  description: z.string(),
  code: z.string(),
  details: recordOrEmpty,
  mcp_error_code: intOrNull,
  http_status_code: intOrNull,
  http_headers: textRecordOrNull,
});

export const executionSchema = z.object({
  plugin_id: z.string(),
  plugin_name: z.string(),
  plugin_kind: z.string(),
  hook_name: z.string(),
  mode: z.enum(["sequential", "transform", "audit", "concurrent", "fire_and_forget", "disabled"]),
  status: z.enum(["completed", "error", "timeout", "skipped", "cancelled", "disabled"]),
  requested_allow: z.boolean().nullable().default(null),
  effective_allow: z.boolean().default(true),
  matched: z.boolean().nullable().default(null),
  applied: z.boolean().default(false),
  payload_modified: z.boolean().default(false),
  extensions_modified: z.boolean().default(false),
  duration_ns: z.int().default(0),
  reason: z.string().nullable().default(null),
  error_code: z.string().nullable().default(null),
  config_keys: z.array(z.string()).default([]),
});

export function resultSchema(hook: HookDefinition, allowsByDefault: boolean): z.ZodType {
  return z.object({
    continue_processing: allowsByDefault ? z.boolean().default(true) : z.boolean(),
    modified_payload: hook.modifiedPayloadSchema.nullable().default(null),
    modified_extensions: recordSchema.nullable().default(null),
    violation: violationSchema.nullable().default(null),
    metadata: recordOrEmpty,
    http_headers: textRecordOrNull,
    retry_delay_ms: z.int().default(0),
    executions: z.array(executionSchema).default([]),
  });
}

export const returnedContextSchema: z.ZodType = z
  .object({
    state: recordSchema.default({}),
    metadata: recordSchema.default({}),
    global_context: z.object({ request_id: z.string(), state: recordSchema.default({}) }),
  })
  .transform(({ state, metadata, global_context }) => ({
    state,
    metadata,
    globalState: global_context.state,
  }));

export const errorSchema: z.ZodType = z.object({
  message: z.string(),
  plugin_name: z.string(),
  code: z.string().nullable().default(""),
  details: recordOrEmpty,
  mcp_error_code: z.int().default(-32603),
});
