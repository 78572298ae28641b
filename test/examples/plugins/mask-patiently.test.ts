import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { maskPatiently } from "../../../examples/plugins/pii/mask-patiently.ts";
import { maskValue } from "../../../examples/plugins/pii/mask-value.ts";

const long = Array.from({ length: 3_000 }, () => "card 4111 1111 1111 1111, ".repeat(20));

test("a long value is masked as any other, and other work is done meanwhile", async () => {
  let turns = 0;
  let isDone = false;
  const others = (async () => {
    for (; !isDone; turns += 1) await setImmediate();
  })();
  const masked = await maskPatiently(long, new AbortController().signal);
  isDone = true;
  await others;
  expect(turns).toBeGreaterThan(2);
  expect(masked.counts).toEqual({ card: 60_000 });
  expect(masked).toEqual(maskValue(long));
});

test("an abort is heard in the middle, and its reason is what it ends with", async () => {
  const controller = new AbortController();
  const begun = performance.now();
  await maskPatiently(long, controller.signal);
  const whole = performance.now() - begun;
  const again = performance.now();
  const masking = maskPatiently(long, controller.signal);
  controller.abort(new Error("enough"));
  await expect(masking).rejects.toThrow("enough");
  expect(performance.now() - again).toBeLessThan(whole);
});
