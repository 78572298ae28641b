import { boundedPattern, digit, separator } from "./bounded-pattern.ts";
import type { Detector } from "./finding.ts";

interface Issuer {
  readonly prefix: RegExp;
  readonly lengths: readonly number[];
}

const issuers: readonly Issuer[] = [
  // Visa
  { prefix: /^4/, lengths: [13, 16, 19] },
  // Mastercard
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  // American Express
  { prefix: /^3[47]/, lengths: [15] },
  // Diners Club
  { prefix: /^3(?:0[0-5]|[689])/, lengths: [14, 16, 19] },
  // JCB
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  // Discover, UnionPay and Maestro
  { prefix: /^(?:50|5[6-9]|6)/, lengths: [16, 17, 18, 19] },
];

// Each way of writing is a pattern of its own: a card followed by its CVC is not one of 19 digits.
const shapes = [[4, 4, 4, 4], [4, 4, 4, 4, 3], [4, 6, 5], [4, 6, 4], ["13,19"]].map((groups) =>
  groups.map((length) => `${digit}{${length}}`).join(separator),
);

const detectors = shapes.map((shape) => boundedPattern("card", shape, isCardNumber));

/** Payment card numbers: an issuer's prefix and length, and a right Luhn check digit. */
export const findCards: Detector = (text) => detectors.flatMap((detect) => detect(text));

function isCardNumber(digits: string): boolean {
  const isIssued = issuers.some(
    ({ prefix, lengths }) => prefix.test(digits) && lengths.includes(digits.length),
  );
  return isIssued && luhnSum(digits) % 10 === 0;
}

function luhnSum(digits: string): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const value = Number(digits[digits.length - 1 - index]);
    const weighted = index % 2 === 0 ? value : value * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum;
}
