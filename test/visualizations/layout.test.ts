import { describe, expect, test } from "vitest";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { readChart } from "../../visualizations/chart/read-chart.ts";
import type { Figure } from "../../visualizations/figure/figure.ts";
import { fullFigure } from "../../visualizations/figure/full-figure.ts";
import { overviewFigure } from "../../visualizations/figure/overview.ts";
import { column, type Plan, row } from "../../visualizations/layout/arrangement.ts";
import { BinaryHeap } from "../../visualizations/layout/binary-heap.ts";
import type { Box, Drawing, Point } from "../../visualizations/layout/drawing.ts";
import { cell } from "../../visualizations/layout/grid.ts";
import { place } from "../../visualizations/layout/place.ts";
import { ownParts } from "../../visualizations/layout/trunks.ts";
import { fullPlan } from "../../visualizations/plugin-connection/full-plan.ts";
import { overviewPlan, ways } from "../../visualizations/plugin-connection/overview.ts";
import { pluginConnectionView as view } from "../../visualizations/plugin-connection/view.ts";
import { figureOf } from "./support/figure-of.ts";

const chart = readChart(pluginConnectionMachine);
const drawings: Readonly<Record<string, Drawing>> = {
  full: place(fullFigure(chart, view), fullPlan),
  overview: place(overviewFigure(chart, view, ways), overviewPlan),
};

/** A straight part of a line. */
interface Part {
  readonly edge: string;
  readonly group: string;
  readonly from: Point;
  readonly to: Point;
}

function partsOf({ edges }: Drawing): Part[] {
  return edges.flatMap(({ edge, points }) =>
    points.slice(1).map((to, index) => ({
      edge: edge.id,
      group: `${edge.to} ${edge.tone}`,
      from: points[index] as Point,
      to,
    })),
  );
}

/** Whether two parts have more than a point in common. */
function runTogether(one: Part, other: Part): boolean {
  const shared = (axis: "x" | "y"): number =>
    Math.min(Math.max(one.from[axis], one.to[axis]), Math.max(other.from[axis], other.to[axis])) -
    Math.max(Math.min(one.from[axis], one.to[axis]), Math.min(other.from[axis], other.to[axis]));
  return (shared("x") === 0 && shared("y") > 0) || (shared("y") === 0 && shared("x") > 0);
}

function passes({ from, to }: Part, { x, y, width, height }: Box): boolean {
  return (
    Math.max(from.x, to.x) > x &&
    Math.min(from.x, to.x) < x + width &&
    Math.max(from.y, to.y) > y &&
    Math.min(from.y, to.y) < y + height
  );
}

describe.each(Object.keys(drawings))("the layout of the %s figure", (name) => {
  const drawing = drawings[name] as Drawing;
  const { nodes, edges } = drawing;
  const parts = partsOf(drawing);

  test("has only horizontal and vertical lines", () => {
    expect(parts.filter(({ from, to }) => from.x !== to.x && from.y !== to.y)).toEqual([]);
  });

  test("lets lines run together only if they lead to the same state, and for the same kind of reason", () => {
    const mixed = parts.flatMap((one, index) =>
      parts
        .slice(index + 1)
        .filter((other) => one.group !== other.group && runTogether(one, other))
        .map((other) => [one.edge, other.edge]),
    );
    expect(mixed).toEqual([]);
  });

  test("runs no line through a label, or through a state that holds no others", () => {
    const labels = edges.flatMap(({ edge, label }) => (label ? [{ id: edge.id, box: label }] : []));
    const leaves = nodes
      .filter(({ node }) => node.children.length === 0 && node.shape !== "initial")
      .map(({ node, box }) => ({ id: node.id, box }));
    const through = [...labels, ...leaves].flatMap(({ id, box }) =>
      parts.filter((part) => passes(part, box)).map((part) => [part.edge, id]),
    );
    expect(through).toEqual([]);
  });

  test("ends each line at the border of its state, from outside", () => {
    for (const { edge, points } of edges) {
      const box = nodes.find(({ node }) => node.id === edge.to)?.box as Box;
      const tip = points.at(-1) as Point;
      const before = points.at(-2) as Point;
      expect(isWithin(tip, box), edge.id).toBe(true);
      expect(isWithin(before, box), edge.id).toBe(false);
    }
  });

  test("draws all of each line, but what another has drawn", () => {
    const own = ownParts(edges);
    const drawn = new Set<string>();
    const cut = edges.filter(({ edge, points }) => {
      const part = own.get(edge.id) ?? [];
      for (const step of stepsOf(part)) drawn.add(`${edge.to} ${edge.tone} ${step}`);
      return part !== points;
    });
    const missing = edges.flatMap(({ edge, points }) =>
      stepsOf(points).filter((step) => !drawn.has(`${edge.to} ${edge.tone} ${step}`)),
    );
    expect(missing).toEqual([]);
    expect(cut.length).toBeGreaterThan(2);
  });
});

/** Where a line goes, cell by cell. */
function stepsOf(points: readonly Point[]): string[] {
  return points.slice(1).flatMap((to, index) => {
    const from = points[index] as Point;
    const way = { x: Math.sign(to.x - from.x) * cell, y: Math.sign(to.y - from.y) * cell };
    const count = Math.floor((Math.abs(to.x - from.x) + Math.abs(to.y - from.y)) / cell);
    return Array.from({ length: count }, (_, step) => {
      const [x, y] = [from.x + step * way.x, from.y + step * way.y];
      return `${x},${y} ${x + way.x},${y + way.y}`;
    });
  });
}

const isWithin = ({ x, y }: Point, box: Box): boolean =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

describe("a layout", () => {
  const plan = (arrangement: Plan["arrangement"]): Plan => ({
    arrangement,
    exits: {},
    widths: {},
    margin: { left: 2, right: 2, top: 2, bottom: 2 },
  });
  const figure: Figure = figureOf(["a", "b"], [["a", "b"]]);

  test("draws the straight line where there is one", () => {
    const { edges } = place(figure, plan(row(["a", "b"])));
    expect(edges[0]?.points).toHaveLength(2);
  });

  test("goes around what is in the way", () => {
    const three = figureOf(["a", "wall", "b"], [["a", "b"]]);
    const { edges } = place(three, plan(row(["a", "wall", "b"])));
    expect(edges[0]?.points.length).toBeGreaterThan(3);
  });

  test("joins lines to the same state", () => {
    const three = figureOf(
      ["a", "b", "c"],
      [
        ["a", "c"],
        ["b", "c"],
      ],
    );
    const { edges } = place(three, plan(row([column(["a", "b"]), "c"], { gap: 8 })));
    const [first, second] = edges.map(({ points }) => points.at(-1));
    expect(first).toEqual(second);
  });

  test("refuses an arrangement that forgets a node", () => {
    expect(() => place(figure, plan("a"))).toThrow("no place for 'b'");
  });

  test("refuses an arrangement that names an unknown node", () => {
    expect(() => place(figure, plan(row(["a", "b", "c"])))).toThrow(
      "'c', which is not in the figure",
    );
  });

  test("says for which line there is no room", () => {
    const walled = {
      ...plan(row(["a", "wall", "b"])),
      margin: { left: 0, right: 0, top: 0, bottom: 0 },
    };
    const three = figureOf(["a", "wall", "b"], [["a", "b"]]);
    expect(() => place(three, walled)).toThrow("no way for the line 'a→b'");
  });
});

describe("the heap", () => {
  test("gives the least first, and of equals the one that came first", () => {
    const heap = new BinaryHeap();
    const priorities = [5, 1, 4, 1, 3, 1, 5, 0, 2];
    for (const [value, priority] of priorities.entries()) heap.push(value, priority);
    const order = Array.from({ length: priorities.length }, () => heap.pop());
    expect(order).toEqual([7, 1, 3, 5, 8, 4, 2, 0, 6]);
    expect(heap.pop()).toBeNull();
  });
});
