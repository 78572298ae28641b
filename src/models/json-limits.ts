/** Levels of nesting that a payload and a context may have: what is deeper overflows the stack of many a parser. */
export const maxDepth = 200;

/** Whether a value nests more levels of objects and lists than that. A cycle nests without end. */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  // Not for...in, which would go on to what is inherited.
  return Object.values(value).some((inner) => nestsDeeper(inner, levels - 1));
}

/** Tells cheaply that a JSON text cannot nest more levels than that: too few brackets open in it. */
export function mayNestDeeper(json: string, levels: number): boolean {
  return countUpTo(json, "{", levels + 1) + countUpTo(json, "[", levels + 1) > levels;
}

function countUpTo(text: string, part: string, limit: number): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1 && count < limit; at = text.indexOf(part, at + 1))
    count++;
  return count;
}

/** Whether an object anywhere in a parsed JSON text has a member of the name `__proto__`. The text only saves time. */
export function hasPrototypeKey(json: string, parsed: unknown): boolean {
  // The name may be written with escapes.
  return (json.includes("__proto__") || json.includes("\\u")) && holdsPrototypeKey(parsed);
}

function holdsPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(holdsPrototypeKey);
}
