import type { Detector, Finding } from "./finding.ts";

// Letters of the scripts that put spaces between words: Japanese or Thai text would run into the address.
const letter = "\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{M}";
const letterOrDigit = `${letter}\\p{Nd}`;
// Rarer characters are legal, but far more often they are the text around: `mail=anna@example.org`.
const localCharacter = new RegExp(`[${letterOrDigit}.+'_-]`, "u");
const localStart = new RegExp(`[${letterOrDigit}_]`, "u");
const label = new RegExp(
  `^[${letterOrDigit}](?:[${letterOrDigit}-]{0,61}[${letterOrDigit}])?$`,
  "u",
);
const domainCharacter = new RegExp(`[${letterOrDigit}.-]`, "u");
// Only how it begins: what follows may be the text around, as in `anna@example.org-2`.
const topLevel = new RegExp(`^(?:xn--[a-z\\d-]{0,58}[a-z\\d]|[${letter}]{2,63})`, "iu");

// Limits of the mail standards, which also bound the time.
const localMax = 64;
const domainMax = 253;

/** E-mail addresses, also with letters beyond ASCII, and with the wide `＠` that Japanese pages print. */
export const findEmails: Detector = (text) => {
  const findings: Finding[] = [];
  for (const { index: at } of text.matchAll(/[@\uff20]/g)) {
    const start = findLocalStart(text, at);
    const end = findDomainEnd(text, at + 1);
    if (start < at && end > at) findings.push({ kind: "email", start, end });
  }
  return findings;
};

/** Where the part before the `@` begins; the `@` itself if there is no such part. */
function findLocalStart(text: string, at: number): number {
  let start = at;
  while (at - start <= localMax && isLocalCharacter(text, start - 1)) {
    if (text.startsWith("..", start - 1)) break;
    start -= 1;
  }
  while (start < at && !localStart.test(text.charAt(start))) start += 1;
  return at - start > localMax ? at : start;
}

function isLocalCharacter(text: string, index: number): boolean {
  return index >= 0 && localCharacter.test(text.charAt(index));
}

/** Where the domain ends that begins at `start`; 0 if there is none. */
function findDomainEnd(text: string, start: number): number {
  let limit = start;
  while (limit - start < domainMax && domainCharacter.test(text.charAt(limit))) limit += 1;
  const labels = text.slice(start, limit).split(".");
  const firstBad = labels.findIndex((part) => !label.test(part));
  const last = firstBad === -1 ? labels.length - 1 : firstBad;
  for (let index = last; index > 0; index -= 1) {
    const [end] = topLevel.exec(labels[index] ?? "") ?? [];
    if (end !== undefined) return start + [...labels.slice(0, index), end].join(".").length;
  }
  return 0;
}
