import { type Figure, type FigureEdge, nodesOf } from "../figure/figure.ts";
import { arrange } from "./arrange.ts";
import type { Plan } from "./arrangement.ts";
import type { Box, Drawing, PlacedEdge, Point } from "./drawing.ts";
import { type Area, cell } from "./grid.ts";
import { areaOf, type Ground } from "./ground.ts";
import { jobsOf } from "./jobs.ts";
import { gridOf } from "./obstacles.ts";
import { type Port, portOf } from "./ports.ts";
import type { Route } from "./route.ts";
import { type Direction, type RouteGrid, steps } from "./route-grid.ts";
import { route } from "./router.ts";
import { unitOf } from "./units.ts";

/** Gives each part of a figure its place. The same figure always gets the same places. */
export function place(figure: Figure, plan: Plan): Drawing {
  const ground = groundOf(figure, plan);
  const grid = gridOf(ground);
  const routes = route(grid, jobsOf(ground, grid));
  return {
    width: ground.width * cell,
    height: ground.height * cell,
    nodes: nodesOf(figure.nodes).map((node) => ({ node, box: inPixels(areaOf(ground, node.id)) })),
    edges: figure.edges.map((edge) => placeEdge(edge, ground.ports, routes, grid)),
  };
}

function groundOf(figure: Figure, plan: Plan): Ground {
  const { margin } = plan;
  const nodes = nodesOf(figure.nodes);
  const units = new Map(nodes.map((node) => [node.id, unitOf(node, figure.edges, plan)]));
  const laid = arrange(plan.arrangement, units);
  const areas = new Map(
    [...laid.areas].map(([id, { x, y, width, height }]) => [
      id,
      { x: x + margin.left, y: y + margin.top, width, height },
    ]),
  );
  return {
    figure,
    width: laid.width + margin.left + margin.right,
    height: laid.height + margin.top + margin.bottom,
    areas,
    ports: [...units.values()].flatMap((unit) =>
      unit.exits.map((exit) => portOf(unit, exit, areaOf({ areas }, unit.node.id))),
    ),
  };
}

const inPixels = ({ x, y, width, height }: Area): Box => ({
  x: x * cell,
  y: y * cell,
  width: width * cell,
  height: height * cell,
});

function placeEdge(
  edge: FigureEdge,
  ports: readonly Port[],
  routes: ReadonlyMap<string, Route>,
  grid: RouteGrid,
): PlacedEdge {
  const port = ports.find(({ exit }) => exit.edge === edge);
  const found = routes.get(edge.id);
  if (port === undefined || found === undefined)
    throw new Error(`The line '${edge.id}' leaves no node of the figure`);
  const points: Point[] = [beginning(port, found.start.direction), port.end];
  let point = found.start.point;
  for (const direction of found.directions) {
    point = grid.neighbour(point, direction);
    points.push({ x: point % grid.width, y: Math.floor(point / grid.width) });
  }
  return {
    edge,
    points: corners(points).map(({ x, y }) => ({ x: x * cell, y: y * cell })),
    label: port.label,
  };
}

/** On the border of the box; in the middle of an initial, which is smaller than its box. */
function beginning({ unit, at }: Port, direction: Direction): Point {
  if (unit.node.shape !== "initial") return at;
  const step = steps[direction] as Point;
  return { x: at.x - step.x, y: at.y - step.y };
}

/** Without the points at which a line goes straight on. */
function corners(points: readonly Point[]): Point[] {
  return points.filter((point, index) => {
    const before = points[index - 1];
    const after = points[index + 1];
    if (before === undefined || after === undefined) return true;
    const isStraight =
      (before.x === point.x && point.x === after.x) ||
      (before.y === point.y && point.y === after.y);
    return !isStraight;
  });
}
