import type { Detector, Finding } from "./finding.ts";

// Letters of the scripts that put spaces between words: Japanese or Thai text would run into the address.
const letter = "\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{M}\\p{Nd}";
// Rarer characters are legal, but far more often they are the text around: `mail=anna@example.org`.
const localCharacter = new RegExp(`[${letter}.+'_-]`, "u");
const localStart = new RegExp(`[${letter}_]`, "u");
const label = new RegExp(`^[${letter}](?:[${letter}-]{0,61}[${letter}])?$`, "u");
const domainCharacter = new RegExp(`[${letter}.-]`, "u");
const topLevel = /^(?:\P{Nd}{2,}|xn--.+)$/u;

// Limits of the mail standards, which also bound the time.
const localMax = 64;
const domainMax = 253;

/** E-mail addresses, also with letters beyond ASCII. */
export const findEmails: Detector = (text) => {
  const findings: Finding[] = [];
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
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
  return at - start > localMax || text.charAt(at - 1) === "." ? at : start;
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
  const good = firstBad === -1 ? labels : labels.slice(0, firstBad);
  const count = good.findLastIndex((part) => topLevel.test(part)) + 1;
  return count < 2 ? 0 : start + good.slice(0, count).join(".").length;
}
