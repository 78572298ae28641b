import type { z } from "zod";
import { truthOf, wholeNumberIn } from "../models/lax-scalars.ts";
import { isRecord } from "../models/records.ts";

/**
 * Reads input of a host as the reference's validator does: a whole number or a truth value may also be given as what
 * stands for it, such as "8000" or "yes".
 */
export function readLax<T>(schema: z.ZodType<T>, input: unknown): z.ZodSafeParseResult<T> {
  const read = schema.safeParse(input);
  if (read.success) return read;
  let converted = input;
  for (const issue of read.error.issues) {
    if (issue.code !== "invalid_type") continue;
    converted = replaceAt(converted, issue.path, (value) => convert(value, issue.expected));
  }
  return converted === input ? read : schema.safeParse(converted);
}

function convert(value: unknown, expected: string): unknown {
  if (expected === "boolean") return truthOf(value) ?? value;
  if (expected === "number" || expected === "int") return toInteger(value) ?? value;
  return value;
}

function toInteger(value: unknown): number | undefined {
  if (typeof value === "boolean") return Number(value);
  const number = typeof value === "string" ? wholeNumberIn(value) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The value with another one at a path. What lies beside the path is shared, and nothing is changed. */
function replaceAt(
  value: unknown,
  [key, ...rest]: readonly PropertyKey[],
  change: (inner: unknown) => unknown,
): unknown {
  if (key === undefined) return change(value);
  if (!isRecord(value) || !Object.hasOwn(value, key)) return value;
  const before = Reflect.get(value, key);
  const after = replaceAt(before, rest, change);
  return after === before ? value : { ...value, [key]: after };
}
