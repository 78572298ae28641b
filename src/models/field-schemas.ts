import { z } from "zod";
import { isRecord } from "./records.ts";

/**
 * A free dictionary. Unlike zod's own record it is not copied, so that no key is lost on the way: zod leaves out
 * `__proto__`, and a plugin would not see what the host passes on.
 */
export const recordSchema: z.ZodType<Record<string, unknown>> = z
  .unknown()
  .transform((value, context) => {
    if (isRecord(value)) return value;
    context.issues.push({ code: "invalid_type", expected: "record", input: value });
    return z.NEVER;
  });

/** A dictionary of texts, such as headers. */
export const textRecordSchema: z.ZodType<Record<string, string>> = recordSchema.transform(
  (record, context) => {
    for (const [key, value] of Object.entries(record)) {
      if (typeof value !== "string")
        context.issues.push({
          code: "invalid_type",
          expected: "string",
          path: [key],
          input: value,
        });
    }
    return record as Record<string, string>;
  },
);

export const textOrNullSchema: z.ZodType<string | null> = z.string().nullable().default(null);
