import type { Detector, FindingKind } from "./finding.ts";

/** A digit as people type it; Japanese keyboards also give the wide form. */
export const digit = "[0-9\\uff10-\\uff19]";

/** What people put between groups of digits: spaces, dots, and dashes as word processors set them. */
export const separator = "[ \\u00a0\\u202f\\u3000.\\u2010-\\u2013-]";
export const gap: string = `${separator}?`;

// A number that goes on in letters, digits or decimals is another number. Only Latin letters count: Japanese writes
// its words right up to a number. A comma does not count: it stands between the cells of a table. An asterisk is what an
// earlier masking left.
const notBefore = "(?<![\\p{Script=Latin}\\p{Nd}_*])(?<!\\p{Nd}\\.(?=\\p{Nd}))";
const notAfter = "(?![\\p{Script=Latin}\\p{Nd}_*])(?!(?<=\\p{Nd})\\.\\p{Nd})";

/**
 * Makes a detector from a pattern of bounded length and a check of what it matched. The pattern is tried from every
 * position, so that a match which is refused hides none that begins within it; as its length has a bound, the time stays
 * linear.
 *
 * @param accept gets the match with plain digits and without the gaps
 */
export function boundedPattern(
  kind: FindingKind,
  pattern: string,
  accept: (compact: string) => boolean,
): Detector {
  const everywhere = new RegExp(`${notBefore}(?:${pattern})${notAfter}`, "giu");
  return (text) => {
    const findings = [];
    everywhere.lastIndex = 0;
    for (let match = everywhere.exec(text); match; match = everywhere.exec(text)) {
      const start = match.index;
      if (accept(compact(match[0]))) findings.push({ kind, start, end: start + match[0].length });
      everywhere.lastIndex = start + 1;
    }
    return findings;
  };
}

function compact(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[ .\u2010-\u2013-]/g, "")
    .toUpperCase();
}
