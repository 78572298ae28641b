import { findPersonalData } from "./find-personal-data.ts";
import type { Finding, FindingKind } from "./finding.ts";

/** A text without its personal data, and what was in it. */
export interface MaskedText {
  /** As long as the original: each letter, digit and underscore that is hidden became `*` */
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** Letters and digits that stay readable, so that people can still tell one card or account from another. */
const kept: Readonly<Record<Exclude<FindingKind, "email">, { start: number; end: number }>> = {
  card: { start: 0, end: 4 },
  iban: { start: 2, end: 4 },
  "de-tax-id": { start: 0, end: 2 },
  "es-dni": { start: 0, end: 2 },
  "fr-nir": { start: 0, end: 2 },
  "pl-pesel": { start: 0, end: 2 },
  mixed: { start: 0, end: 0 },
};

/** Hides the personal data in a text. */
export function maskText(text: string): MaskedText {
  const findings = findPersonalData(text);
  let masked = "";
  let done = 0;
  for (const { kind, start, end } of findings) {
    masked += text.slice(done, start) + maskFinding(kind, text.slice(start, end));
    done = end;
  }
  return { text: masked + text.slice(done), findings };
}

function maskFinding(kind: FindingKind, text: string): string {
  if (kind !== "email") return hide(text, kept[kind].start, kept[kind].end);
  const at = text.search(/[@\uff20]/);
  return hide(text.slice(0, at), 1, 0) + text.slice(at);
}

const hideable = /[\p{L}\p{Nd}\p{M}_]/gu;

function hide(text: string, keepStart: number, keepEnd: number): string {
  const total = text.match(hideable)?.length ?? 0;
  // Of what is as short as that, nothing would be hidden.
  const isShort = total <= keepStart + keepEnd;
  let index = -1;
  return text.replace(hideable, (character) => {
    index += 1;
    const isKept = !isShort && (index < keepStart || index >= total - keepEnd);
    return isKept ? character : "*".repeat(character.length);
  });
}
