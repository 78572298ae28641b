import { z } from "zod";

// What is beyond it counts milliseconds.
const mostSeconds = 20_000_000_000;

const iso = z.union([z.iso.date(), z.iso.datetime({ local: true, offset: true })]);

/**
 * A moment, as the reference reads it: a text in ISO 8601, which is kept as it is written, or Unix time in seconds or
 * milliseconds, which becomes such a text.
 */
export const dateTimeSchema: z.ZodType<string> = z.unknown().transform((value, context) => {
  const text = typeof value === "string" && isIso(value) ? value : isoOfUnix(value);
  if (text !== undefined) return text;
  context.issues.push({ code: "invalid_type", expected: "date", input: value });
  return z.NEVER;
});

/** Also with a space between date and time, as Python writes it, and with the zone as `z` or `+0200`. */
function isIso(text: string): boolean {
  const usual = text
    .replace(/^([\d-]{10})[t _]/, "$1T")
    .replace(",", ".")
    .replace(/z$/, "Z")
    .replace(/([+-]\d\d)(\d\d)$/, "$1:$2");
  return iso.safeParse(usual).success;
}

function isoOfUnix(value: unknown): string | undefined {
  const number = typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value) ? +value : value;
  if (typeof number !== "number") return undefined;
  const date = new Date(Math.abs(number) > mostSeconds ? number : number * 1_000);
  const text = Number.isNaN(date.getTime()) ? "" : date.toISOString();
  // A year of more than four digits has a sign.
  return /^\d/.test(text) ? text.replace(".000Z", "Z") : undefined;
}
