import { type Figure, type FigureEdge, type FigureNode, nodesOf } from "../figure/figure.ts";
import { arrange } from "./arrange.ts";
import { type Plan, type Side, sides } from "./arrangement.ts";
import type { Box, Drawing, PlacedEdge, Point } from "./drawing.ts";
import { type Area, cell, cellsFor } from "./grid.ts";
import { nodeSize } from "./node-size.ts";
import { type Direction, RouteGrid, steps } from "./route-grid.ts";
import { type Job, type Route, route } from "./router.ts";
import { labelGap, type Unit, type UnitExit, unitOf } from "./units.ts";

const directionOf: Readonly<Record<Side, Direction>> = { right: 0, bottom: 1, left: 2, top: 3 };

interface Port {
  readonly unit: Unit;
  readonly exit: UnitExit;
  /** On the border of the box, in cells */
  readonly at: Point;
  /** Where the part that carries the label ends */
  readonly end: Point;
  readonly label: Box | null;
}

/** Gives each part of a figure its place. The same figure always gets the same places. */
export function place(figure: Figure, plan: Plan): Drawing {
  const nodes = nodesOf(figure.nodes);
  const units = new Map(nodes.map((node) => [node.id, unitOf(node, figure.edges, plan)]));
  const laid = arrange(plan.arrangement, units);
  const { margin } = plan;
  const areas = new Map(
    [...laid.areas].map(([id, area]) => [
      id,
      { ...area, x: area.x + margin.left, y: area.y + margin.top },
    ]),
  );
  for (const { id } of nodes)
    if (!areas.has(id)) throw new Error(`The arrangement has no place for '${id}'`);
  const areaOf = (id: string): Area => areas.get(id) as Area;
  const ports = [...units.values()].flatMap((unit) =>
    unit.exits.map((exit) => portOf(unit, exit, areaOf(unit.node.id))),
  );
  const width = laid.width + margin.left + margin.right;
  const height = laid.height + margin.top + margin.bottom;
  const grid = gridOf(width + 1, height + 1, figure, areaOf, ports);
  const routes = route(grid, jobsOf(figure, grid, areaOf, ports));
  return {
    width: width * cell,
    height: height * cell,
    nodes: nodes.map((node) => ({ node, box: inPixels(areaOf(node.id)) })),
    edges: figure.edges.map((edge) => placeEdge(edge, ports, routes, grid)),
  };
}

function portOf(unit: Unit, exit: UnitExit, area: Area): Port {
  const at = pointOn(area, exit.side, exit.offset);
  const step = steps[directionOf[exit.side]] as Point;
  const end = { x: at.x + step.x * exit.stub, y: at.y + step.y * exit.stub };
  return { unit, exit, at, end, label: labelBox(exit, at, end) };
}

function pointOn({ x, y, width, height }: Area, side: Side, offset: number): Point {
  switch (side) {
    case "left":
      return { x, y: y + offset };
    case "right":
      return { x: x + width, y: y + offset };
    case "top":
      return { x: x + offset, y };
    case "bottom":
      return { x: x + offset, y: y + height };
  }
}

/** Above a horizontal line, or beside a vertical one. */
function labelBox({ side, label, from }: UnitExit, at: Point, end: Point): Box | null {
  const { width, height } = label;
  if (width === 0) return null;
  const top = Math.min(at.y, end.y) * cell;
  if (side === "right") return { x: at.x * cell + labelGap, y: top - 2 - height, width, height };
  if (side === "left")
    return { x: at.x * cell - labelGap - width, y: top - 2 - height, width, height };
  const x = at.x * cell + (from === "start" ? labelGap : -labelGap - width);
  return { x, y: top + (Math.abs(at.y - end.y) * cell - height) / 2, width, height };
}

const inPixels = ({ x, y, width, height }: Area): Box => ({
  x: x * cell,
  y: y * cell,
  width: width * cell,
  height: height * cell,
});

function gridOf(
  width: number,
  height: number,
  figure: Figure,
  areaOf: (id: string) => Area,
  ports: readonly Port[],
): RouteGrid {
  const grid = new RouteGrid(width, height);
  for (const [index, { id }] of containersOf(figure).entries()) grid.contain(areaOf(id), index + 1);
  for (const node of nodesOf(figure.nodes)) {
    const area = areaOf(node.id);
    grid.block(node.children.length === 0 ? area : headerOf(node, area));
  }
  for (const { at, end, label } of ports) {
    const last =
      label === null
        ? at
        : { x: end.x - Math.sign(end.x - at.x), y: end.y - Math.sign(end.y - at.y) };
    grid.block(areaBetween(at, last));
    if (label !== null) grid.block(covered(label));
  }
  return grid;
}

function headerOf(node: FigureNode, { x, y }: Area): Area {
  const { width, height } = nodeSize(node);
  return { x, y, width: cellsFor(width), height: cellsFor(height) };
}

function areaBetween(one: Point, other: Point): Area {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return { x, y, width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y) };
}

/** The points of the grid that a label covers. */
function covered({ x, y, width, height }: Box): Area {
  const left = Math.ceil((x - 3) / cell);
  const top = Math.ceil((y - 3) / cell);
  return {
    x: left,
    y: top,
    width: Math.floor((x + width + 3) / cell) - left,
    height: Math.floor((y + height + 2) / cell) - top,
  };
}

const containersOf = (figure: Figure): readonly FigureNode[] =>
  nodesOf(figure.nodes).filter(({ children }) => children.length > 0);

function jobsOf(
  figure: Figure,
  grid: RouteGrid,
  areaOf: (id: string) => Area,
  ports: readonly Port[],
): readonly Job[] {
  const groups = [...new Set(figure.edges.map(groupOf))];
  const containers = containersOf(figure);
  const around = (id: string): number[] =>
    containers.flatMap((container, index) =>
      container.id === id || nodesOf(container.children).some((node) => node.id === id)
        ? [index + 1]
        : [],
    );
  const jobs = ports.map(({ exit, end }) => ({
    id: exit.edge.id,
    group: groups.indexOf(groupOf(exit.edge)) + 1,
    start: { point: grid.at(end.x, end.y), direction: directionOf[exit.side] },
    goals: goalsOf(exit.edge.to, grid, areaOf(exit.edge.to), ports, figure),
    containers: new Set([0, ...around(exit.edge.from), ...around(exit.edge.to)]),
    distance: distance(end, areaOf(exit.edge.to)),
  }));
  return jobs.sort((one, other) => one.distance - other.distance);
}

const groupOf = ({ to, tone }: FigureEdge): string => `${to} ${tone}`;

function distance({ x, y }: Point, area: Area): number {
  return Math.abs(x - area.x - area.width / 2) + Math.abs(y - area.y - area.height / 2);
}

/** Every free point of the node's border but the corners; of a marker only the middle of each side. */
function goalsOf(
  id: string,
  grid: RouteGrid,
  area: Area,
  ports: readonly Port[],
  figure: Figure,
): ReadonlyMap<number, Direction> {
  const isMarker = nodesOf(figure.nodes).some((node) => node.id === id && node.shape === "choice");
  const taken = new Set(
    ports.filter(({ unit }) => unit.node.id === id).map(({ at }) => grid.at(at.x, at.y)),
  );
  const goals = new Map<number, Direction>();
  for (const side of isMarker ? (["top"] as const) : sides) {
    const length = side === "left" || side === "right" ? area.height : area.width;
    for (let offset = 1; offset < length; offset++) {
      const { x, y } = pointOn(area, side, offset);
      const point = grid.at(x, y);
      if (!taken.has(point) && (!isMarker || offset * 2 === length))
        goals.set(point, ((directionOf[side] + 2) % 4) as Direction);
    }
  }
  return goals;
}

function placeEdge(
  edge: FigureEdge,
  ports: readonly Port[],
  routes: ReadonlyMap<string, Route>,
  grid: RouteGrid,
): PlacedEdge {
  const port = ports.find(({ exit }) => exit.edge === edge);
  const found = routes.get(edge.id);
  if (port === undefined || found === undefined) throw new Error(`'${edge.id}' was not placed`);
  // A marker is smaller than its place.
  const isMarker = port.unit.node.shape === "initial";
  const points: Point[] = [isMarker ? behind(port.at, found.start.direction) : port.at, port.end];
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

function behind({ x, y }: Point, direction: Direction): Point {
  const step = steps[direction] as Point;
  return { x: x - step.x, y: y - step.y };
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
