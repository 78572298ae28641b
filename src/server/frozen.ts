/**
 * Freezes a value of JSON and all within. A hook that changes its payload and returns nothing would pass on the old one:
 * what it wanted to mask would reach the host unmasked.
 */
export function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}
