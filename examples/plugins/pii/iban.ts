import { boundedPattern, digit, gap } from "./bounded-pattern.ts";
import type { Detector } from "./finding.ts";

/** Countries by the length of their numbers, after the registry of the format. */
const countries: Readonly<Record<number, string>> = {
  15: "NO",
  16: "BE",
  18: "DK FI FK FO GL NL SD",
  19: "MK SI",
  20: "AT BA EE KZ LT LU MN XK",
  21: "CH HR LI LV",
  22: "BG BH CR DE GB GE IE ME RS VA",
  23: "AE GI IL IQ OM SO TL",
  24: "AD CZ ES MD PK RO SA SE SK TN VG",
  25: "LY PT ST",
  26: "IS TR",
  27: "BI DJ FR GR IT MC MR SM",
  28: "AL AZ BY CY DO GT HU LB NI PL SV",
  29: "BR EG PS QA UA",
  30: "JO KW MU YE",
  31: "MT SC",
  32: "LC",
  33: "RU",
};

const detectors = Object.entries(countries).map(([length, codes]) => {
  const rest = `(?:${gap}(?:[a-z]|${digit})){${Number(length) - 4}}`;
  const pattern = `(?:${codes.replaceAll(" ", "|")})${digit}{2}${rest}`;
  return boundedPattern("iban", pattern, (compact) => remainder97(compact) === 1);
});

/** International bank account numbers: a known country, its length, and right check digits (ISO 7064, mod 97-10). */
export const findIbans: Detector = (text) => detectors.flatMap((detect) => detect(text));

/** Letters count as two digits, and the first four characters go to the end. */
function remainder97(compact: string): number {
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}
