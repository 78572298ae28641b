import { expect, test } from "vitest";
import { Batch } from "../../src/actors/batch.ts";

function collect(largest = 8) {
  const taken: number[][] = [];
  const batch = new Batch<number>(largest, (items) => taken.push([...items]));
  return { taken, batch };
}

test("what is added in one go is taken together, so many at a time, in order", async () => {
  const { taken, batch } = collect();
  const items = Array.from({ length: 19 }, (_, index) => index);
  for (const item of items) batch.add(item);
  await Promise.resolve();
  expect(taken).toEqual([items.slice(0, 8), items.slice(8, 16), items.slice(16)]);
});

test("without a limit all are", async () => {
  const { taken, batch } = collect(Number.POSITIVE_INFINITY);
  const items = Array.from({ length: 100 }, (_, index) => index);
  for (const item of items) batch.add(item);
  expect(taken).toEqual([]);
  await Promise.resolve();
  expect(taken).toEqual([items]);
});

test("one alone is taken within the same tick", async () => {
  const { taken, batch } = collect();
  for (const item of [1, 2]) {
    batch.add(item);
    expect(taken.flat()).not.toContain(item);
    await Promise.resolve();
    expect(taken.at(-1)).toEqual([item]);
  }
  expect(taken).toHaveLength(2);
});

test("a flush takes what is there, and leaves nothing for later", async () => {
  const { taken, batch } = collect();
  batch.flush();
  for (const item of [1, 2, 3]) batch.add(item);
  batch.flush();
  batch.flush();
  await Promise.resolve();
  expect(taken).toEqual([[1, 2, 3]]);
});

test("what is added while a batch is taken is another batch", async () => {
  const taken: number[][] = [];
  const batch: Batch<number> = new Batch(8, (items) => {
    taken.push([...items]);
    if (items.includes(1)) batch.add(2);
  });
  batch.add(1);
  await Promise.resolve();
  await Promise.resolve();
  expect(taken).toEqual([[1], [2]]);
});
