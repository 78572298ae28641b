import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EncodeFault, isPlainJson, toPlainJson } from "../../src/models/plain-json.ts";

/** The fault that a value has. */
function faultOf(value: unknown): EncodeFault {
  try {
    toPlainJson(value, "at");
  } catch (thrown) {
    if (thrown instanceof EncodeFault) return thrown;
    throw thrown;
  }
  throw new Error("it has none");
}

const withoutPrototype = (members: object): object =>
  Object.assign(Object.create(null) as object, members);

describe("what is written as it is, without a copy", () => {
  test("is all that is JSON", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => isPlainJson(value)));
  });

  test.each([
    ["a member that is undefined", { a: undefined, b: [true] }],
    ["an object without a prototype", { a: withoutPrototype({ b: 1 }) }],
  ])("is %s", (_, value) => {
    expect(isPlainJson(value)).toBe(true);
  });

  const hidden = Object.defineProperty({}, "toJSON", { value: () => new Set([1]) });
  test.each<[string, unknown]>([
    ["a list that knows better", Object.assign([1], { toJSON: () => new Set([1]) })],
    ["a hidden toJSON()", hidden],
  ])("is not %s, and what that says is written in full", (_, value) => {
    expect(isPlainJson(value)).toBe(false);
    expect(toPlainJson(value, "at")).toEqual([1]);
  });

  test("is not what nests more levels than are allowed", () => {
    expect([isPlainJson([[1]], 2), isPlainJson([[1]], 1)]).toEqual([true, false]);
    expect([isPlainJson({ a: {} }, 2), isPlainJson({ a: {} }, 1)]).toEqual([true, false]);
  });
});

describe("a copy", () => {
  test("has the own members of an object that can be counted with", () => {
    class Money {
      readonly amount = 1;
      valueOf(): number {
        return this.amount;
      }
    }
    expect(toPlainJson({ price: new Money() }, "at")).toEqual({ price: { amount: 1 } });
  });

  test("has those of one without a prototype", () => {
    expect(toPlainJson([withoutPrototype({}), withoutPrototype({ b: 1 })], "at")).toEqual([
      {},
      { b: 1 },
    ]);
  });

  test("asks toJSON() as for a value that stands alone: with an empty key", () => {
    expect(toPlainJson({ a: { toJSON: (key: unknown) => [key] } }, "at")).toEqual({ a: [""] });
  });
});

describe("what holds its contents elsewhere", () => {
  test.each<[string, object, string]>([
    ["a Map", new Map([["a", 1]]), "is a Map, no plain object; Object.fromEntries() makes one"],
    [
      "a Map with members",
      Object.assign(new Map(), { a: 1 }),
      "is a Map, no plain object; Object.fromEntries() makes one",
    ],
    [
      "an error with a code",
      Object.assign(new RangeError("no"), { code: "E" }),
      "is of the class RangeError, no plain object; make one of it",
    ],
    [
      "a buffer with members",
      Object.assign(new ArrayBuffer(1), { a: 1 }),
      "is of the class ArrayBuffer, no plain object; make one of it",
    ],
  ])("is refused: %s", (_, value, message) => {
    expect(faultOf([value])).toMatchObject({ path: "at.0", message });
  });
});

describe("a path", () => {
  /** Keys as long as keys are shown, so that the path is of the given length. */
  function keysFor(length: number): string[] {
    const keys: string[] = [];
    for (let left = length - "at".length; left > 0; left -= 41)
      keys.push("k".repeat(Math.min(40, left - 1)));
    return keys;
  }

  const faultAt = (keys: readonly string[]): EncodeFault =>
    faultOf(keys.reduceRight<unknown>((value, key) => ({ [key]: value }), 1n));

  test("of 200 characters is shown whole", () => {
    const { path } = faultAt(keysFor(200));
    expect(path).toBe(["at", ...keysFor(200)].join("."));
    expect(path).toHaveLength(200);
  });

  test("that is longer is cut behind the name with which it is, wherever it goes on to", () => {
    const cut = `${["at", ...keysFor(200), "x"].join(".")}…`;
    expect(faultAt([...keysFor(200), "x"]).path).toBe(cut);
    expect(faultAt([...keysFor(200), "x", "y", "z"]).path).toBe(cut);
  });
});
