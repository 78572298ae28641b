import { type FigureNode, nodesOf } from "../figure/figure.ts";
import type { Box, Point } from "./drawing.ts";
import { type Area, cell, cellsFor } from "./grid.ts";
import { areaOf, containersOf, type Ground } from "./ground.ts";
import { nodeSize } from "./node-size.ts";
import type { Port } from "./ports.ts";
import { RouteGrid } from "./route-grid.ts";

/** Around a label, in px */
const clearance = 2;

/** The grid on which lines find their ways: around boxes, headers, labels, and the parts that carry labels. */
export function gridOf(ground: Ground): RouteGrid {
  const grid = new RouteGrid(ground.width + 1, ground.height + 1);
  for (const [index, { id }] of containersOf(ground).entries())
    grid.contain(areaOf(ground, id), index + 1);
  for (const node of nodesOf(ground.figure.nodes)) {
    const area = areaOf(ground, node.id);
    grid.block(node.children.length === 0 ? area : headerOf(node, area));
  }
  for (const port of ground.ports) {
    grid.block(stubOf(port));
    if (port.label !== null) grid.block(covered(port.label));
  }
  return grid;
}

function headerOf(node: FigureNode, { x, y }: Area): Area {
  const { width, height } = nodeSize(node);
  return { x, y, width: cellsFor(width), height: cellsFor(height) };
}

/** Without its last point, which is where the search begins; without a label the border's point only. */
function stubOf({ at, end, label }: Port): Area {
  const last = { x: end.x - Math.sign(end.x - at.x), y: end.y - Math.sign(end.y - at.y) };
  return between(at, label === null ? at : last);
}

function between(one: Point, other: Point): Area {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return { x, y, width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y) };
}

/** The points of the grid that a label covers. */
function covered({ x, y, width, height }: Box): Area {
  const left = Math.ceil((x - clearance) / cell);
  const top = Math.ceil((y - clearance) / cell);
  return {
    x: left,
    y: top,
    width: Math.floor((x + width + clearance) / cell) - left,
    // Below it is its own line.
    height: Math.floor((y + height) / cell) - top,
  };
}
