// What the reference's validator takes for a number or a truth value although it is a text.

const wholeText = /^\s*[-+]?\d+(?:_\d+)*(?:\.0+)?\s*$/;

/** The whole number that a text stands for, such as `8000` or `8_000.0`; undefined if it stands for none. */
export function wholeNumberIn(text: string): number | undefined {
  return wholeText.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}

/** What `yes`, `off`, `t`, 0 and the like stand for; undefined if it is nothing like that. */
export function truthOf(value: unknown): boolean | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const word = String(value);
  if (/^(?:1|true|t|yes|y|on)$/i.test(word)) return true;
  return /^(?:0|false|f|no|n|off)$/i.test(word) ? false : undefined;
}
