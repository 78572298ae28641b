import type { Figure, FigureNode } from "../../../visualizations/figure/figure.ts";

/** Plain boxes, and lines that say nothing. */
export function figureOf(
  names: readonly string[],
  lines: readonly (readonly [string, string])[],
): Figure {
  return {
    title: "test",
    nodes: names.map(boxNamed),
    edges: lines.map(([from, to]) => ({ id: `${from}→${to}`, from, to, tone: "way", notes: [] })),
  };
}

function boxNamed(id: string): FigureNode {
  return { id, shape: "state", title: id, actors: [], notes: [], legend: [], children: [] };
}
