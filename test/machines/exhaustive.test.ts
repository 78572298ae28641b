import { test } from "vitest";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { everyBounds } from "./exhaustive/bounds.ts";
import { explore } from "./exhaustive/explore.ts";

test.each(everyBounds)(
  "$name",
  (bounds) => {
    const t = performance.now();
    const graph = explore(pluginConnectionMachine, bounds);
    console.log(
      bounds.name,
      graph.vertices.length,
      graph.edges,
      graph.depth,
      performance.now() - t,
    );
  },
  120_000,
);
