import { truthOf, wholeNumberIn } from "../models/lax-scalars.ts";

// Where a number or a truth value is asked for, the reference also takes the texts that say it: a template in quotes, as in
// "{{ env.PORT }}", is always a text. What is neither stays what it is, to be refused by the schema that it goes to.

const numberText = /^[-+]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

export function looseInteger(value: unknown): unknown {
  return typeof value === "string" ? (wholeNumberIn(value) ?? value) : value;
}

export function looseNumber(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  return numberText.test(text) ? Number(text.replaceAll("_", "")) : value;
}

export function looseBoolean(value: unknown): unknown {
  return truthOf(value) ?? value;
}

/** A copy of an object with some of its fields read so. What is no object stays what it is. */
export function loosened(
  value: unknown,
  fields: Readonly<Record<string, (value: unknown) => unknown>>,
): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const copy: Record<string, unknown> = { ...value };
  for (const [field, read] of Object.entries(fields))
    if (Object.hasOwn(copy, field)) copy[field] = read(copy[field]);
  return copy;
}
