import { expect, test } from "vitest";
import { setOwn } from "../../src/models/records.ts";

test.each(["a", "__proto__", "constructor"])("%s is a member like any other", (key) => {
  const target: Record<string, unknown> = {};
  setOwn(target, key, 1);
  expect(Object.entries(target)).toEqual([[key, 1]]);
  expect(Object.getOwnPropertyDescriptor(target, key)).toEqual({
    value: 1,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
});
