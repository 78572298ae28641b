import fc from "fast-check";
import { expect, test } from "vitest";
import { get, type IntMap, remove, set } from "../../machines/int-map.ts";

const key = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer(),
  fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 30),
);

const operation = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constant("set" as const), key, value: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), key }) },
);

/** The deepest branch; 0 for none. */
function depth<V>(map: IntMap<V>): number {
  if (map === null || !("bit" in map)) return 0;
  return 1 + Math.max(depth(map.zero), depth(map.one));
}

test("does what a Map does", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      let map: IntMap<number> = null;
      const model = new Map<number, number>();
      for (const step of operations) {
        if (step.type === "set") {
          map = set(map, step.key, step.value);
          model.set(step.key, step.value);
        } else {
          map = remove(map, step.key);
          model.delete(step.key);
        }
        expect(get(map, step.key)).toBe(model.get(step.key));
      }
      for (const [k, value] of model) expect(get(map, k)).toBe(value);
      for (const { key: k } of operations) expect(get(map, k)).toBe(model.get(k));
      for (const k of model.keys()) map = remove(map, k);
      expect(map).toBeNull();
    }),
  );
});

test("never changes what it was", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const past: { map: IntMap<number>; model: ReadonlyMap<number, number> }[] = [];
      let map: IntMap<number> = null;
      const model = new Map<number, number>();
      for (const step of operations) {
        past.push({ map, model: new Map(model) });
        if (step.type === "set") {
          map = set(map, step.key, step.value);
          model.set(step.key, step.value);
        } else {
          map = remove(map, step.key);
          model.delete(step.key);
        }
      }
      for (const then of past) {
        for (const { key: k } of operations) expect(get(then.map, k)).toBe(then.model.get(k));
      }
    }),
  );
});

test("is the same tree whatever the order in which it was made", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 40 }),
      fc.infiniteStream(fc.nat()),
      (keys, order) => {
        const shuffled = [...keys].sort(() => ((order.next().value ?? 0) % 2 === 0 ? 1 : -1));
        const treeOf = (list: readonly number[]): IntMap<number> =>
          list.reduce<IntMap<number>>((map, k) => set(map, k, k), null);
        expect(treeOf(shuffled)).toEqual(treeOf(keys));
      },
    ),
  );
});

test("taking out what is not there gives back the very same map", () => {
  fc.assert(
    fc.property(fc.array(key), key, (keys, other) => {
      const map = keys.reduce<IntMap<number>>((all, k) => set(all, k, k), null);
      fc.pre(!keys.includes(other));
      expect(remove(map, other)).toBe(map);
    }),
  );
});

test("stays flat for keys that count up", () => {
  let map: IntMap<number> = null;
  for (let k = 1_000_000; k < 1_004_096; k += 1) map = set(map, k, k);
  expect(depth(map)).toBe(12);
});
