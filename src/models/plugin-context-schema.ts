import { z } from "zod";
import { dateTimeSchema } from "./date-time.ts";
import { recordSchema, textOrNullSchema } from "./field-schemas.ts";
import type { GlobalContext, PluginContext, UserContext } from "./plugin-context.ts";

const texts = z.array(z.string());

const userContextSchema: z.ZodType<UserContext> = z.object({
  user_id: z.string(),
  email: textOrNullSchema,
  full_name: textOrNullSchema,
  is_admin: z.boolean().default(false),
  groups: texts.default([]),
  roles: texts.default([]),
  team_id: textOrNullSchema,
  teams: texts.nullable().default(null),
  department: textOrNullSchema,
  attributes: recordSchema.default({}),
  auth_method: textOrNullSchema,
  authenticated_at: dateTimeSchema.nullable().default(null),
  service_account: textOrNullSchema,
  delegation_chain: texts.default([]),
});

const contentTypeSchema = z
  .string()
  .refine((text) => [...text].length <= 200, { error: "Content-Type header too long", abort: true })
  .regex(/^(?: |[^\p{C}\p{Z}])*$/u, "Content-Type contains invalid characters")
  .nullable()
  .default(null);

const globalContextSchema: z.ZodType<GlobalContext> = z.object({
  request_id: z.string(),
  user: z.union([z.string(), recordSchema]).nullable().default(null),
  user_context: userContextSchema.nullable().default(null),
  tenant_id: textOrNullSchema,
  server_id: textOrNullSchema,
  content_type: contentTypeSchema,
  state: recordSchema.default(() => ({})),
  metadata: recordSchema.default(() => ({})),
});

/** What a server makes of the context that it gets. Unknown members are left out, missing ones have their defaults. */
export const pluginContextSchema: z.ZodType<PluginContext> = z.object({
  state: recordSchema.default(() => ({})),
  global_context: globalContextSchema,
  metadata: recordSchema.default(() => ({})),
});
