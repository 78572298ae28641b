import { z } from "zod";
import type { AppliedTo } from "./applied-to.ts";
import { maxDepth, nestsDeeper } from "./json-limits.ts";
import { isRecord } from "./records.ts";

const text = z.string("must be a text");
const textsOrNull = z.array(text, "must be a list of texts, or null").nullish();
const template = {
  fields: textsOrNull,
  result: z.boolean("must be true or false").default(false),
  context: textsOrNull,
  extensions: z
    .custom<Record<string, unknown>>(isRecord, "must be an object or null")
    .refine((value) => !nestsDeeper(value, maxDepth), `must not nest more than ${maxDepth} levels`)
    .nullish(),
};

function templates<T>(one: z.ZodType<T>): z.ZodType<T[] | null | undefined> {
  return z.array(one, "must be a list, or null").nullish();
}

export const appliedToSchema: z.ZodType<AppliedTo | null> = z
  .object(
    {
      tools: templates(z.object({ tool_name: text, ...template }, "must be an object")),
      prompts: templates(z.object({ prompt_name: text, ...template }, "must be an object")),
      resources: templates(z.object({ resource_uri: text, ...template }, "must be an object")),
    },
    "must be an object or null",
  )
  .nullable();
