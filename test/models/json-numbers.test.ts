import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findLossyNumber, type LossyNumber } from "../../src/models/json-numbers.ts";

const both: readonly LossyNumber[] = ["infinite", "rounded"];

/** Finds the same with a tokeniser that knows nothing but JSON's grammar, and exact arithmetic. */
function expectedLoss(json: string): LossyNumber | null {
  const tokens = json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g);
  for (const [token] of tokens) {
    if (token.startsWith('"')) continue;
    if (!Number.isFinite(Number(token))) return "infinite";
    const limit = 2n ** 53n - 1n;
    if (/^-?\d+$/.test(token) && (BigInt(token) > limit || BigInt(token) < -limit))
      return "rounded";
  }
  return null;
}

const number = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc
    .tuple(fc.integer({ min: 0, max: 99 }), fc.constantFrom("e", "E", "e+", "e-"), fc.nat(999))
    .map(([digits, sign, exponent]) => `${digits}${sign}${exponent}`),
  fc.bigInt({ min: 0n, max: 10n ** 25n }).map((digits) => `${digits}.${digits}`),
);

const tricky = fc
  .array(fc.constantFrom("\\", '"', "9".repeat(17), "1e999", ":", " ", "x"), { maxLength: 8 })
  .map((parts) => JSON.stringify(parts.join("")));

const document = fc
  .array(fc.oneof(number, tricky), { maxLength: 6 })
  .map((values) => `[${values.join(", ")}]`);

describe("findLossyNumber", () => {
  test("finds what a tokeniser with exact arithmetic finds", () => {
    const found = new Set<LossyNumber | null>();
    fc.assert(
      fc.property(document, (json) => {
        const loss = findLossyNumber(json, both);
        found.add(loss);
        expect(loss).toBe(expectedLoss(json));
      }),
      { numRuns: 2000 },
    );
    expect(found).toStrictEqual(new Set([null, ...both]));
  });

  test("only the kinds that are asked for", () => {
    expect(findLossyNumber("[9007199254740993, 1e400]", ["infinite"])).toBe("infinite");
    expect(findLossyNumber("[9007199254740993]", ["infinite"])).toBe(null);
    expect(findLossyNumber("9007199254740993", ["rounded"])).toBe("rounded");
  });

  test("a long text of quotes and backslashes takes linear time", () => {
    const long = JSON.stringify(`${'\\"'.repeat(300_000)}9007199254740993`);
    expect(findLossyNumber(long, both)).toBe(null);
    expect(findLossyNumber(`[${long},9007199254740993]`, both)).toBe("rounded");
  });
});
