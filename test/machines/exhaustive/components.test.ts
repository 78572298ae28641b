import fc from "fast-check";
import { expect, test } from "vitest";
import { type Adjacency, componentsOf } from "./components.ts";

/** By the definition: each reaches the other. */
function byDefinition(edges: Adjacency): number[][] {
  const reached = edges.map((_, start) => {
    const found = new Set([start]);
    for (const at of found) for (const next of edges[at] ?? []) found.add(next);
    return found;
  });
  const groups = reached.map((own, n) =>
    [...own].filter((other) => reached[other]?.has(n)).sort((a, b) => a - b),
  );
  return groups.filter(([first], n) => first === n);
}

const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.array(fc.array(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }),
  );

test("vertices are together exactly if each reaches the other", () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const components = componentsOf(edges).map((some) => some.sort((a, b) => a - b));
      components.sort(([a = 0], [b = 0]) => a - b);
      expect(components).toEqual(byDefinition(edges));
    }),
  );
});

test("a way of a hundred thousand vertices and back", () => {
  const size = 100_000;
  const edges = Array.from({ length: size }, (_, n) => [(n + 1) % size]);
  expect(componentsOf(edges)).toHaveLength(1);
});
