import { describe, expect, test } from "vitest";
import { SimulatedClock, seededRandom } from "../../src/testing/index.ts";

test("time stands still unless it is let pass", async () => {
  const clock = new SimulatedClock();
  let hasFired = false;
  clock.setTimeout(() => {
    hasFired = true;
  }, 10);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(clock.now()).toBe(0);
  expect(hasFired).toBe(false);
  await clock.advance(9);
  expect(hasFired).toBe(false);
  await clock.advance(1);
  expect(hasFired).toBe(true);
  expect(clock.now()).toBe(10);
});

test("timers fire in the order of their times, and those of one time in the order in which they were set", async () => {
  const clock = new SimulatedClock();
  const fired: string[] = [];
  const at = (ms: number, name: string) => clock.setTimeout(() => fired.push(name), ms);
  at(30, "d");
  at(10, "a");
  at(20, "b");
  at(20, "c");
  clock.clearTimeout(at(15, "never"));
  expect(clock.timers).toBe(4);
  await clock.advance(100);
  expect(fired).toEqual(["a", "b", "c", "d"]);
  expect(clock.timers).toBe(0);
});

test("of a thousand timers, half of them cancelled, the others fire in order", async () => {
  const clock = new SimulatedClock();
  const random = seededRandom(7);
  const due: number[] = [];
  const handles: unknown[] = [];
  const fired: number[] = [];
  for (let count = 0; count < 1_000; count++) {
    const ms = Math.floor(random() * 500);
    const isKept = random() < 0.5;
    if (isKept) due.push(ms);
    const handle = clock.setTimeout(() => fired.push(ms), ms);
    if (!isKept) handles.push(handle);
  }
  for (const handle of handles) clock.clearTimeout(handle);
  await clock.advance(1_000);
  expect(fired).toEqual(due.toSorted((a, b) => a - b));
});

test("between two timers everything runs that has become possible", async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  clock.setTimeout(async () => {
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    seen.push("first, and what follows from it");
  }, 10);
  clock.setTimeout(() => seen.push("second"), 10);
  await clock.advance(10);
  expect(seen).toEqual(["first, and what follows from it", "second"]);
});

test("a timer may set others, also for now", async () => {
  const clock = new SimulatedClock();
  const seen: number[] = [];
  const again = (left: number): void => {
    seen.push(clock.now());
    if (left > 0) clock.setTimeout(() => again(left - 1), left % 2 === 0 ? 0 : 5);
  };
  again(4);
  await clock.advance(20);
  expect(seen).toEqual([0, 0, 5, 5, 10]);
});

describe("until", () => {
  test("gives what the promise gives, and lets no more time pass than it takes", async () => {
    const clock = new SimulatedClock();
    expect(await clock.until(clock.sleep(1_234).then(() => "there"))).toBe("there");
    expect(clock.now()).toBe(1_234);
  });

  test("throws what the promise throws", async () => {
    const clock = new SimulatedClock();
    const failing = clock.sleep(5).then(() => Promise.reject(new Error("no")));
    await expect(clock.until(failing)).rejects.toThrow("no");
  });

  test("gives up after its limit", async () => {
    const clock = new SimulatedClock();
    const never = new Promise(() => {});
    await expect(clock.until(never, 5_000)).rejects.toThrow(/still pending after 5000 ms/);
    expect(clock.now()).toBe(5_000);
  });

  test("waits its turn if time is being let pass already", async () => {
    const clock = new SimulatedClock();
    const both = [clock.until(clock.sleep(10)), clock.until(clock.sleep(20)), clock.advance(7)];
    await Promise.all(both);
    expect(clock.now()).toBe(27);
  });
});

test("timers that follow from one another without any time between them are an error, and no endless loop", async () => {
  const clock = new SimulatedClock();
  const again = (): void => void clock.setTimeout(again, 0);
  again();
  await expect(clock.advance(1)).rejects.toThrow(/time stands still at 0 ms/);
}, 30_000);

test("what a timer throws comes out where time is let pass, and time goes on", async () => {
  const clock = new SimulatedClock();
  clock.setTimeout(() => {
    throw new Error("in a timer");
  }, 1);
  await expect(clock.advance(5)).rejects.toThrow("in a timer");
  await clock.advance(5);
  expect(clock.now()).toBe(6);
});

test("numbers from a seed are the same ones each time, and spread over their range", () => {
  const take = (seed: number): number[] => Array.from({ length: 2_000 }, seededRandom(seed));
  expect(take(3)).toEqual(take(3));
  expect(take(3)).not.toEqual(take(4));
  const numbers = take(5);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(numbers.filter((number) => number < 0.25).length / 2_000).toBeCloseTo(0.25, 1);
});
