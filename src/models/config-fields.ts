import { z } from "zod";
import { appliedToSchema } from "./applied-to-schema.ts";
import { maxDepth, nestsDeeper } from "./json-limits.ts";
import type { PluginCondition, PluginConfig } from "./plugin-config.ts";
import { isRecord } from "./records.ts";

/** The fields that a host and a server may both give. */
export type SharedFields = Omit<PluginConfig, "name" | "kind" | "mcp">;

/** What a field is that nobody gave. */
export const sharedDefaults: SharedFields = {
  description: null,
  author: null,
  namespace: null,
  version: null,
  hooks: [],
  tags: [],
  mode: "sequential",
  on_error: "fail",
  priority: 100,
  max_content_size: 10_000_000,
  conditions: [],
  applied_to: null,
  capabilities: [],
  config: null,
};

const modes = [
  "enforce",
  "enforce_ignore_error",
  "permissive",
  "disabled",
  "sequential",
  "transform",
  "audit",
  "concurrent",
  "fire_and_forget",
] as const;

const text = z.string("must be a text");
const texts = z.array(text, "must be a list of texts");
const textOrNull = z.string("must be a text or null").nullable();

const listOrNull = "must be a list of texts, or null";

// The reference keeps these as sets: each entry once, in no order of its own, and nothing of an empty one of a condition.
const asSet = (names: readonly string[]): string[] => [...new Set(names)].sort();
const capabilities = texts.transform(asSet);
const names = z
  .array(text, listOrNull)
  .transform((written) => (written.length === 0 ? null : asSet(written)))
  .nullish();

// As hosts compare them: without parameters, in lower case.
const contentType = text.transform((type) => type.replace(/;.*$/s, "").trim().toLowerCase());
const contentTypes = z.array(contentType, listOrNull).nullish();

export const conditionSchema: z.ZodType<PluginCondition> = z.object(
  {
    server_ids: names,
    tenant_ids: names,
    tools: names,
    prompts: names,
    resources: names,
    agents: names,
    user_patterns: z.array(text, listOrNull).nullish(),
    content_types: contentTypes,
  },
  "must be an object",
);

const freeObject = z
  .custom<Record<string, unknown>>(isRecord, "must be an object or null")
  .refine((value) => !nestsDeeper(value, maxDepth), `must not nest more than ${maxDepth} levels`)
  .nullable();

/** The shared fields that one side gives. */
export type GivenFields = { readonly [F in keyof SharedFields]?: SharedFields[F] | undefined };

const fields: { readonly [F in keyof SharedFields]: z.ZodType<SharedFields[F]> } = {
  description: textOrNull,
  author: textOrNull,
  namespace: textOrNull,
  version: textOrNull,
  hooks: texts,
  tags: texts,
  mode: z.enum(modes, `must be one of ${modes.join(", ")}`),
  on_error: z.enum(["fail", "ignore", "disable"], "must be fail, ignore or disable"),
  priority: z.int("must be a whole number"),
  max_content_size: z.int("must be a whole number"),
  conditions: z.array(conditionSchema, "must be a list of conditions"),
  applied_to: appliedToSchema,
  capabilities,
  config: freeObject,
};

/** The same rules for host and server. Unknown fields are left out. */
export const givenFieldsSchema: z.ZodType<GivenFields> = z.object(fields).partial();

/** The fields out of those that were given, with what the old name of a mode says of errors. */
export function givenOf(checked: GivenFields): Partial<SharedFields> {
  const given: Partial<SharedFields> = Object.fromEntries(
    Object.entries(checked).filter(([, value]) => value !== undefined),
  );
  return given.mode === "enforce_ignore_error" ? { on_error: "ignore", ...given } : given;
}
