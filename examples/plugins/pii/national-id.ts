import { boundedPattern, digit, gap } from "./bounded-pattern.ts";
import type { Detector } from "./finding.ts";

/** Groups of digits of the given lengths, written apart or not. */
const grouped = (...lengths: readonly number[]): string =>
  lengths.map((length) => `${digit}{${length}}`).join(gap);

/** German tax number of a person (Steueridentifikationsnummer): 11 digits, as in `86 095 742 719`. */
export const findGermanTaxIds: Detector = boundedPattern(
  "de-tax-id",
  grouped(2, 3, 3, 3),
  (digits) => !digits.startsWith("0") && repeatsOneDigit(digits) && hasMod11Check(digits),
);

/** Spanish identity number of a national (DNI) or a foreigner (NIE): `12345678Z`, `X1234567L`. */
export const findSpanishIds: Detector = boundedPattern(
  "es-dni",
  // No space before the letter: `12345678 y` is a number and a word.
  `(?:(?:${digit}|[xyz]${gap})${grouped(7)}|${grouped(2, 3, 3)})[.-]?[a-z]`,
  (compact) => {
    const number = Number(
      compact.slice(0, -1).replace(/^[XYZ]/, (letter) => nieDigit[letter] ?? ""),
    );
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] === compact.at(-1);
  },
);

const nieDigit: Readonly<Record<string, string>> = { X: "0", Y: "1", Z: "2" };

/** French social security number (NIR) with its key: `2 55 08 14 168 025 38`, Corsica's departments are `2A` and `2B`. */
export const findFrenchNirs: Detector = boundedPattern(
  "fr-nir",
  `[1-4]${gap}${grouped(2, 2)}${gap}(?:${digit}{2}|2[ab])${gap}${grouped(3, 3, 2)}`,
  (compact) => {
    const number = compact.slice(0, 13).replace("2A", "19").replace("2B", "18");
    return 97 - (Number(number) % 97) === Number(compact.slice(13));
  },
);

/** Polish identity number (PESEL): 11 digits that begin with the date of birth. */
export const findPesels: Detector = boundedPattern("pl-pesel", `${digit}{11}`, (digits) => {
  // The century is in the month: 81 is January 1801, 01 is January 1901, 21 is January 2001.
  const month = Number(digits.slice(2, 4)) % 20;
  const day = Number(digits.slice(4, 6));
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && peselSum(digits) % 10 === 0;
});

function peselSum(digits: string): number {
  const weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);
}

/** Of the first ten digits, exactly one stands there more than once, and at most three times. */
function repeatsOneDigit(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const character of digits.slice(0, 10))
    counts.set(character, (counts.get(character) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3;
}

/** ISO 7064, mod 11-10. */
function hasMod11Check(digits: string): boolean {
  let product = 10;
  for (const character of digits.slice(0, -1)) {
    const sum = (Number(character) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits.at(-1));
}
