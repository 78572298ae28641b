import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findPersonalData } from "../../../examples/plugins/pii/find-personal-data.ts";
import { maskText } from "../../../examples/plugins/pii/mask-text.ts";
import { maskValue } from "../../../examples/plugins/pii/mask-value.ts";

/** A JSON value without what masking may change. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === "object" && value !== null) return Object.values(value).map(shapeOf);
  return typeof value === "string" || Number.isInteger(value) ? "text" : value;
}

const masked = (text: string): string => maskText(text).text;

describe("maskText", () => {
  test.each([
    ["anna.k@example.org", "a***.*@example.org"],
    ["x@example.org", "*@example.org"],
    ["anna＠example.jp", "a***＠example.jp"],
    ["4111 1111 1111 1111", "**** **** **** 1111"],
    ["４１１１１１１１１１１１１１１１", "************１１１１"],
    ["DE89 3704 0044 0532 0130 00", "DE** **** **** **** **30 00"],
    ["86 095 742 719", "** *** *** *19"],
    ["12.345.678-Z", "**.***.**8-Z"],
    ["2 55 08 14 168 025 38", "* ** ** ** *** *** 38"],
    ["44051401359", "*********59"],
    ["a@example.org@b.example.org", "*@*******.***@*.*******.***"],
  ])("%s becomes %s", (text, expected) => {
    expect(masked(`before ${text} after`)).toBe(`before ${expected} after`);
  });

  test("leaves a text alone that has nothing in it", () => {
    const text = "Invoice 2026-0417: 3 pieces at 12.50, paid on 1 March. 你好 👩‍👩‍👧";
    expect(maskText(text)).toEqual({ text, findings: [] });
  });

  test("keeps the length, so that positions stay right", () => {
    const text = "𝒳 anna@example.org 👍 4111 1111 1111 1111 𝒴";
    expect(masked(text)).toHaveLength(text.length);
  });

  const fragment = fc.constantFrom(
    ...["anna@example.org", "x@y.example", "4111 1111 1111 1111", "378282246310005"],
    ...["DE89370400440532013000", "86095742719", "12345678Z", "255081416802538", "44051401359"],
    ...[" ", ",", ".", "@", "-", "\n", "*", "1", "4", "a", "é", "日本", "＠", "👍", "\u0301"],
  );
  const text = fc.array(fc.oneof(fragment, fc.string({ unit: "binary" }))).map((p) => p.join(""));

  test("leaves nothing that it would mask again, and touches nothing else", () => {
    fc.assert(
      fc.property(text, (original) => {
        const { text: result, findings } = maskText(original);
        expect(result).toHaveLength(original.length);
        expect(findPersonalData(result)).toEqual([]);
        let done = 0;
        for (const { start, end } of findings) {
          expect(result.slice(done, start)).toBe(original.slice(done, start));
          expect(result.slice(start, end)).toContain("*");
          done = end;
        }
        expect(result.slice(done)).toBe(original.slice(done));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("maskValue", () => {
  test("masks strings at any depth, and counts by kind", () => {
    const value = {
      customer: { mail: "anna@example.org", notes: ["paid with 4111 1111 1111 1111", 7, null] },
      cc: ["bert@example.org"],
      open: true,
    };
    expect(maskValue(value)).toEqual({
      value: {
        customer: { mail: "a***@example.org", notes: ["paid with **** **** **** 1111", 7, null] },
        cc: ["b***@example.org"],
        open: true,
      },
      counts: { email: 2, card: 1 },
    });
    expect(value.customer.mail).toBe("anna@example.org");
  });

  test("returns the very value if there is nothing to hide", () => {
    const value = { amount: 12.5, list: [{}, []], day: "2026-03-01" };
    const { value: result, counts } = maskValue(value);
    expect(result).toBe(value);
    expect(counts).toEqual({});
  });

  test("masks a number that is personal data, and leaves other numbers", () => {
    expect(maskValue([4111111111111111, 44051401359, 44051401358, 4.4, -0, 1e300])).toEqual({
      value: ["************1111", "*********59", 44051401358, 4.4, -0, 1e300],
      counts: { card: 1, "pl-pesel": 1 },
    });
  });

  test("masks keys, and keeps those apart that then look alike", () => {
    const value = { "anna@example.org": 1, "abel@example.org": 2, plain: 3, "adam@example.org": 4 };
    expect(maskValue({ owners: value }).value).toEqual({
      owners: {
        "a***@example.org": 1,
        "a***@example.org (2)": 2,
        plain: 3,
        "a***@example.org (3)": 4,
      },
    });
  });

  test("takes the keys of a prototype for what they are", () => {
    const value = JSON.parse('{"__proto__":{"mail":"anna@example.org"},"constructor":"x"}');
    const { value: result } = maskValue(value);
    expect(JSON.stringify(result)).toBe(
      '{"__proto__":{"mail":"a***@example.org"},"constructor":"x"}',
    );
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(maskValue("x").value).not.toHaveProperty("mail");
  });

  test.each([["anna@example.org"], [null], [undefined], [false], [""]])(
    "takes %j alone",
    (value) => {
      expect(() => maskValue(value)).not.toThrow();
    },
  );

  test("changes nothing but strings, keys and whole numbers", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const value: unknown = JSON.parse(json);
        const before = JSON.stringify(value);
        const { value: result, counts } = maskValue(value);
        expect(JSON.stringify(value)).toBe(before);
        if (Object.keys(counts).length === 0) expect(result).toBe(value);
        expect(shapeOf(result)).toEqual(shapeOf(value));
      }),
    );
  });
});
