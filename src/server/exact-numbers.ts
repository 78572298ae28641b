/**
 * Whether a value holds an integer beyond 2^53. JavaScript rounds those when it reads them, so one that came from a
 * host would go back to it as another number.
 *
 * @param text the JSON of the value, which nearly always shows at once that there is none
 */
export function hasRoundedInteger(value: unknown, text: string): boolean {
  return /\d{16}/.test(text) && holdsOne(value);
}

function holdsOne(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOne);
}
