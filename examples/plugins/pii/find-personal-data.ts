import { findCards } from "./card.ts";
import { findEmails } from "./email.ts";
import type { Detector, Finding } from "./finding.ts";
import { findIbans } from "./iban.ts";
import { findFrenchNirs, findGermanTaxIds, findPesels, findSpanishIds } from "./national-id.ts";

// Where two kinds claim the very same characters, the earlier one names them.
const detectors: readonly Detector[] = [
  findEmails,
  findIbans,
  findCards,
  findFrenchNirs,
  findGermanTaxIds,
  findSpanishIds,
  findPesels,
];

/** All personal data in a text, in order and without overlaps: where two findings overlap, one covers both. */
export function findPersonalData(text: string): Finding[] {
  const findings = detectors.flatMap((detect) => detect(text));
  // Sorting keeps the order of detectors among equals; of those that begin together the longest comes first.
  findings.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Finding[] = [];
  for (const finding of findings) {
    const last = merged.at(-1);
    if (last === undefined || finding.start >= last.end) merged.push(finding);
    else if (finding.end > last.end)
      merged[merged.length - 1] = { kind: "mixed", start: last.start, end: finding.end };
  }
  return merged;
}
