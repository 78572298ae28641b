const mayBeLossy = /\d{16}|\d[eE]\+?\d{3}/;

/** What a number of a JSON text becomes in JavaScript, if it does not stay what it is. */
export type LossyNumber = "infinite" | "rounded";

/**
 * The first number in a valid JSON text that JavaScript changes: `rounded` if an integer beyond ±(2^53 - 1), `infinite` if
 * beyond the range of a double. A number with a fraction or an exponent is a double to every sender.
 */
export function findLossyNumber(json: string, kinds: readonly LossyNumber[]): LossyNumber | null {
  if (!mayBeLossy.test(json)) return null;
  let at = 0;
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === quote) {
      at = endOfString(json, at);
    } else if (code === minus || isDigit(code)) {
      const end = endOfNumber(json, at);
      const kind = lossOf(json.slice(at, end));
      if (kind !== null && kinds.includes(kind)) return kind;
      at = end;
    } else {
      at++;
    }
  }
  return null;
}

const quote = 0x22;
const minus = 0x2d;
const backslash = 0x5c;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function lossOf(number: string): LossyNumber | null {
  const value = Number(number);
  if (!Number.isFinite(value)) return "infinite";
  return Number.isSafeInteger(value) || /[.eE]/.test(number) ? null : "rounded";
}

function endOfNumber(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && /[\d.eE+-]/.test(json.charAt(at))) at++;
  return at;
}

/** Behind the quote that ends the string: the first one with an even number of backslashes before it. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end === -1 ? json.length : end + 1;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}
