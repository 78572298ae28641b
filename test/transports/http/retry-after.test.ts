import { expect, test } from "vitest";
import { readRetryAfter } from "../../../src/transports/http/retry-after.ts";

const now = Date.UTC(2026, 0, 1, 12, 0, 0);

test.each<[string | undefined, string | undefined, number | undefined]>([
  [undefined, undefined, undefined],
  ["0", undefined, 0],
  ["120", undefined, 120_000],
  [" 5 ", undefined, 5_000],
  ["315360000000", undefined, 2_147_483_647],
  ["9".repeat(400), undefined, 2_147_483_647],
  ["-1", undefined, undefined],
  ["1.5", undefined, undefined],
  ["soon", undefined, undefined],
  ["", undefined, undefined],
  ["2026", undefined, 2_026_000],
  ["Thu, 01 Jan 2026 12:00:30 GMT", undefined, 30_000],
  ["Thu, 01 Jan 2026 11:00:00 GMT", undefined, 0],
  ["Thursday, 01-Jan-26 12:00:30 GMT", undefined, 30_000],
  ["Thu Jan  1 12:00:30 2026", undefined, 30_000],
  ["Fri, 01 Jan 2077 00:00:00 GMT", undefined, 2_147_483_647],
  ["Thu, 01 Jan 2026 12:00:30 GMT", "Thu, 01 Jan 2026 12:00:20 GMT", 10_000],
  ["Thu, 01 Jan 2026 12:00:30 GMT", "what", 30_000],
  ["Thu, 99 Jan 2026 12:00:30 GMT", undefined, undefined],
])("%j, with the server's clock at %j, asks for %j ms", (header, date, expected) => {
  expect(readRetryAfter(header, date, now)).toBe(expected);
});
