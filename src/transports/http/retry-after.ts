/** Node fires a timer with a larger delay at once. */
const longestMs = 2_147_483_647;

/**
 * The wait that a `Retry-After` header asks for, in milliseconds from now; undefined if it is none. A date counts from
 * the server's own `Date`, if there is one: clocks differ.
 */
export function readRetryAfter(
  header: string | undefined,
  serverDate: string | undefined,
  now: number,
): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, longestMs);
  const at = parseDate(text);
  if (at === undefined) return undefined;
  return Math.min(Math.max(at - (parseDate(serverDate) ?? now), 0), longestMs);
}

// Anything else that Date.parse takes, such as "1" for a year, is no HTTP date.
function parseDate(text: string | undefined): number | undefined {
  if (text === undefined || !/^[A-Z][a-z]+, ?\d|^[A-Z][a-z]{2} [A-Z][a-z]{2} /.test(text))
    return undefined;
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : at;
}
