import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasPrototypeKey, mayNestDeeper, nestsDeeper } from "../../src/models/json-limits.ts";

describe("levels", () => {
  test.each([
    ["null", 0, false],
    ['"[{"', 0, false],
    ["[]", 0, true],
    ["[]", 1, false],
    ["[null]", 1, false],
    ['{"a":null,"b":[1]}', 1, true],
    ['{"a":null,"b":[1]}', 2, false],
    ["[[],[],[[1]]]", 2, true],
    ["[[],[],[[1]]]", 3, false],
  ])("%s nests deeper than %i: %s", (text, levels, expected) => {
    expect(nestsDeeper(JSON.parse(text), levels)).toBe(expected);
  });

  test("end nowhere in a cycle", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(nestsDeeper(cycle, 1_000)).toBe(true);
  });

  test("that are only inherited do not count", () => {
    expect(nestsDeeper(Object.create({ a: {} }), 1)).toBe(false);
  });
});

describe("a text that opens", () => {
  test.each([
    ["nothing", "1", 0, false],
    ["nothing, of many", "x".repeat(500), 2, false],
    ["as many lists", "[[1]]", 2, false],
    ["one list more", "[[[1]]]", 2, true],
    ["as many objects", '{"a":{}}', 2, false],
    ["one object more", '{"a":{"b":{}}}', 2, true],
    ["as many of both", '{"a":[1]}', 2, false],
    ["one more of both", '[{"a":[1]}]', 2, true],
  ])("%s", (_, text, levels, expected) => {
    expect(mayNestDeeper(text, levels)).toBe(expected);
  });

  test("too few for it never nests deeper", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(6), (value, levels) => {
        if (nestsDeeper(value, levels))
          expect(mayNestDeeper(JSON.stringify(value), levels)).toBe(true);
      }),
    );
  });
});

describe("a member named __proto__", () => {
  test.each([
    ["at the top", '{"__proto__":1}', true],
    ["within a list, beside null", '[null,{"a":null,"b":{"__proto__":null}}]', true],
    ["with escapes", '{"\\u005f_proto_\\u005f":1}', true],
    ["as a text", '[null,"__proto__",{"a":"\\u005f_proto__"}]', false],
    ["as a part of a name", '{"__proto__s":1}', false],
  ])("%s", (_, text, expected) => {
    expect(hasPrototypeKey(text, JSON.parse(text))).toBe(expected);
  });
});
