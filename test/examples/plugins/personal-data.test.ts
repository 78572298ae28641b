import { describe, expect, test } from "vitest";
import { findPersonalData } from "../../../examples/plugins/pii/find-personal-data.ts";
import type { FindingKind } from "../../../examples/plugins/pii/finding.ts";

function found(text: string): [FindingKind, string][] {
  return findPersonalData(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]);
}

/** Numbers that are published for tests, or as the example of their format. None belongs to anybody. */
const numbers: Readonly<Record<Exclude<FindingKind, "email" | "mixed">, readonly string[]>> = {
  card: [
    "4222222222222",
    "4111111111111111",
    "4012 8888 8888 1881",
    "5555-5555-5555-4444",
    "2223003122003222",
    "3782 822463 10005",
    "3056 930902 5904",
    "6011.1111.1111.1117",
    "3530111333300000",
    "6200 0000 0000 0005",
    "6304000000000000",
    "4000000000000000006",
  ],
  iban: [
    "DE89 3704 0044 0532 0130 00",
    "GB82 WEST 1234 5698 7654 32",
    "FR14 2004 1010 0505 0001 3M02 606",
    "ES9121000418450200051332",
    "PL61 1090 1014 0000 0712 1981 2874",
    "NL91ABNA0417164300",
    "NO93 8601 1117 947",
    "MT84MALT011000012345MTLCAST001S",
    "CH93 0076 2011 6238 5295 7",
    "AT611904300234573201",
  ],
  "de-tax-id": ["86 095 742 719", "65929970489", "47036892816"],
  "es-dni": ["12345678Z", "12.345.678-Z", "X1234567L", "Y-0123456-Y", "z7654321h"],
  "fr-nir": ["2 55 08 14 168 025 38", "255081416802538", "1 84 12 2A 451 089 33"],
  "pl-pesel": ["44051401359", "02070803628", "92061512345"],
};

const all = Object.entries(numbers).flatMap(([kind, list]) =>
  list.map((number): [FindingKind, string] => [kind as FindingKind, number]),
);

describe("a number", () => {
  test.each(all)("of kind %s is found: %s", (kind, number) => {
    expect(found(`before ${number} after`)).toEqual([[kind, number]]);
  });

  test.each(all)("of kind %s with any other digit in it is none: %s", (kind, number) => {
    // The check digits of all these formats tell every change of one digit.
    const missed = [...number].flatMap((character, index) =>
      [..."0123456789"]
        .filter((digit) => /\d/.test(character) && digit !== character)
        .map((digit) => number.slice(0, index) + digit + number.slice(index + 1))
        .filter((changed) => found(changed).some(([foundKind]) => foundKind === kind)),
    );
    expect(missed).toEqual([]);
  });

  test.each(all)("of kind %s is found whatever stands around it: %s", (kind, number) => {
    for (const [before, after] of [
      ["", ""],
      ["(", ")"],
      ["#", "."],
      ["=", "\n"],
      ["カード", "です"],
      ['{"number":"', '","amount":"12"}'],
      ["id,7,", ",8,Kraków"],
      ["paid in full: ", "; thank you"],
      ["12 ", " 03/29"],
    ] as const)
      expect(found(`${before}${number}${after}`)).toEqual([[kind, number]]);
  });

  test.each(all)("of kind %s is none within a longer word or number: %s", (_kind, number) => {
    for (const text of [`a${number}`, `${number}a`, `_${number}`])
      expect(found(text).map(([, part]) => part)).not.toContain(number);
  });

  test("may be one of a list, but not the digits of a decimal", () => {
    expect(found("1.DE89370400440532013000")).toHaveLength(1);
    expect(found("12345678Z.2")).toHaveLength(1);
    expect(found("0.44051401359")).toEqual([]);
    expect(found("44051401359.5")).toEqual([]);
  });
});

describe("a card number", () => {
  test("is found with digits of a Japanese keyboard, and with dashes of a word processor", () => {
    expect(found("番号４１１１　１１１１　１１１１　１１１１まで")).toEqual([
      ["card", "４１１１　１１１１　１１１１　１１１１"],
    ]);
    expect(found("4111–1111–1111–1111")).toHaveLength(1);
    expect(found("4000 0000 0000 0000 006")).toHaveLength(1);
    expect(found("4111\u00a01111\u202f1111 1111")).toHaveLength(1);
  });

  test.each([
    ["a wrong check digit", "4111 1111 1111 1112"],
    ["no issuer of that beginning", "1111 1111 1111 1117"],
    ["a length that the issuer has not", "5555555555554444000"],
    ["groups that nobody writes", "41 11 11 11 11 11 11 11"],
  ])("needs more than digits: %s", (_why, text) => {
    expect(found(text)).toEqual([]);
  });

  test("is found where one that is none begins a group earlier", () => {
    expect(found("9999 4111 1111 1111 1111")).toEqual([["card", "4111 1111 1111 1111"]]);
  });
});

describe("an account number", () => {
  test.each([
    ["wrong check digits", "DE88 3704 0044 0532 0130 00"],
    ["an unknown country", "XX89 3704 0044 0532 0130 00"],
    ["the length of another country", "DE89 3704 0044 0532 0130 0000"],
  ])("needs a country, its length and its check digits: %s", (_why, text) => {
    expect(found(text)).toEqual([]);
  });

  test("may be in lower case", () => {
    expect(found("de89370400440532013000")).toHaveLength(1);
  });
});

describe("a national number", () => {
  test("needs a date of birth in Poland", () => {
    // The sums of both are right; month 13 and day 32 are not.
    expect(found("44130001353")).toEqual([]);
    expect(found("44013201359")).toEqual([]);
  });

  test("has one digit twice or thrice in Germany", () => {
    // The check digit is right, but no digit repeats.
    expect(found("12345678903").filter(([kind]) => kind === "de-tax-id")).toEqual([]);
  });

  test("has no space before its letter in Spain", () => {
    expect(found("12345678 Z")).toEqual([]);
  });
});

describe("an e-mail address", () => {
  test.each([
    ["anna.kowalska+orders@mail.example.org", "anna.kowalska+orders@mail.example.org"],
    ["<anna@example.org>", "anna@example.org"],
    ["mailto:anna@example.org?subject=hello", "anna@example.org"],
    ["user=anna@example.org;", "anna@example.org"],
    ["Write to anna@example.org.", "anna@example.org"],
    ["jürgen@müller.example", "jürgen@müller.example"],
    ["иван@пример.рф", "иван@пример.рф"],
    ["担当anna@example.jpまで", "anna@example.jp"],
    ["anna＠example.jp", "anna＠example.jp"],
    ["ivan@xn--e1afmkfd.xn--p1ai", "ivan@xn--e1afmkfd.xn--p1ai"],
    ["anna.@example.jp", "anna.@example.jp"],
    ["wait...anna@example.org", "anna@example.org"],
    ["ANNA@EXAMPLE.ORG", "ANNA@EXAMPLE.ORG"],
    ["o'neil@example.org", "o'neil@example.org"],
    ["anna@example.org-2", "anna@example.org"],
    ["anna@example.org123", "anna@example.org"],
    ["anna@example.org.1", "anna@example.org"],
    ["anna@mail.example-", "anna@mail.example"],
  ])("is found in %s", (text, address) => {
    expect(found(text)).toEqual([["email", address]]);
  });

  test.each([
    ["a handle", "thanks @anna"],
    ["a host without a top level", "anna@localhost"],
    ["a top level of one letter", "anna@example.o"],
    ["a package's version", "npm i left-pad@1.2.3"],
    ["nothing before the sign", "@example.org"],
    ["a label with a hyphen at its end", "anna@example-.org"],
    ["a name beyond 64 characters", `${"x".repeat(65)}@example.org`],
  ])("is not found in %s", (_why, text) => {
    expect(found(text)).toEqual([]);
  });
});

test("findings come in order, and one covers what overlaps", () => {
  expect(found("44051401359, anna@example.org, DE89370400440532013000")).toEqual([
    ["pl-pesel", "44051401359"],
    ["email", "anna@example.org"],
    ["iban", "DE89370400440532013000"],
  ]);
  expect(found("a@example.org@b.example.org")).toEqual([["mixed", "a@example.org@b.example.org"]]);
});
