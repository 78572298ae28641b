import { z } from "zod";
import { recordSchema, textOrNullSchema } from "../models/field-schemas.ts";
import type { CmfContentPart, CmfMessage } from "./cmf-message.ts";

const recordOrEmpty = recordSchema.default(() => ({}));
const intOrNull = z.int().nullable().default(null);
const resourceType = z.enum(["file", "blob", "uri", "database"]);

const toolCall = z.object({
  tool_call_id: z.string(),
  name: z.string(),
  arguments: recordOrEmpty,
  namespace: textOrNullSchema,
});

const toolResult = z.object({
  tool_call_id: z.string(),
  tool_name: z.string(),
  content: z.unknown().default(null),
  is_error: z.boolean().default(false),
});

const resource = z.object({
  resource_request_id: z.string(),
  uri: z.string(),
  name: textOrNullSchema,
  description: textOrNullSchema,
  resource_type: resourceType,
  content: textOrNullSchema,
  blob: textOrNullSchema,
  mime_type: textOrNullSchema,
  size_bytes: intOrNull,
  annotations: recordOrEmpty,
  version: textOrNullSchema,
});

const resourceReference = z.object({
  resource_request_id: z.string(),
  uri: z.string(),
  name: textOrNullSchema,
  resource_type: resourceType,
  range_start: intOrNull,
  range_end: intOrNull,
  selector: textOrNullSchema,
});

const promptRequest = z.object({
  prompt_request_id: z.string(),
  name: z.string(),
  arguments: recordOrEmpty,
  server_id: textOrNullSchema,
});

const promptResult = z.object({
  prompt_request_id: z.string(),
  prompt_name: z.string(),
  // A message may hold the messages of a prompt.
  messages: z.array(z.lazy(() => cmfMessageSchema)).default(() => []),
  content: textOrNullSchema,
  is_error: z.boolean().default(false),
  error_message: textOrNullSchema,
});

const image = z.object({
  type: z.enum(["url", "base64"]),
  data: z.string(),
  media_type: textOrNullSchema,
});
const media = image.extend({ duration_ms: intOrNull });
const document = image.extend({ title: textOrNullSchema });

const contentPart: z.ZodType<CmfContentPart> = z.discriminatedUnion("content_type", [
  z.object({ content_type: z.enum(["text", "thinking"]), text: z.string() }),
  z.object({ content_type: z.literal("tool_call"), content: toolCall }),
  z.object({ content_type: z.literal("tool_result"), content: toolResult }),
  z.object({ content_type: z.literal("resource"), content: resource }),
  z.object({ content_type: z.literal("resource_ref"), content: resourceReference }),
  z.object({ content_type: z.literal("prompt_request"), content: promptRequest }),
  z.object({ content_type: z.literal("prompt_result"), content: promptResult }),
  z.object({ content_type: z.literal("image"), content: image }),
  z.object({ content_type: z.enum(["video", "audio"]), content: media }),
  z.object({ content_type: z.literal("document"), content: document }),
]);

export const cmfMessageSchema: z.ZodType<CmfMessage> = z.strictObject({
  schema_version: z.string().default("2.0"),
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z.array(contentPart).default(() => []),
  channel: z.enum(["analysis", "commentary", "final"]).nullable().default(null),
});
