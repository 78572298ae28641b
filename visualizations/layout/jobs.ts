import { type FigureEdge, nodesOf } from "../figure/figure.ts";
import { sides } from "./arrangement.ts";
import type { Point } from "./drawing.ts";
import type { Area } from "./grid.ts";
import { areaOf, containersOf, type Ground } from "./ground.ts";
import { directionOf, pointOn } from "./ports.ts";
import type { Job } from "./route.ts";
import type { Direction, RouteGrid } from "./route-grid.ts";

/** The lines to be routed, the shortest first: they have the fewest ways to choose from. */
export function jobsOf(ground: Ground, grid: RouteGrid): readonly Job[] {
  const groups = [...new Set(ground.figure.edges.map(groupOf))];
  const jobs = ground.ports.map(({ exit: { edge, side }, end }) => ({
    id: edge.id,
    group: groups.indexOf(groupOf(edge)) + 1,
    start: { point: grid.at(end.x, end.y), direction: directionOf[side] },
    goals: goalsOf(edge.to, ground, grid),
    containers: new Set([0, ...around(edge.from, ground), ...around(edge.to, ground)]),
    distance: distance(end, areaOf(ground, edge.to)),
  }));
  return jobs.sort((one, other) => one.distance - other.distance);
}

const groupOf = ({ to, tone }: FigureEdge): string => `${to} ${tone}`;

/** Numbers of the containers that a node is, or is in. */
function around(id: string, ground: Ground): number[] {
  return containersOf(ground).flatMap((container, index) =>
    nodesOf([container]).some((node) => node.id === id) ? [index + 1] : [],
  );
}

function distance({ x, y }: Point, area: Area): number {
  return Math.abs(x - area.x - area.width / 2) + Math.abs(y - area.y - area.height / 2);
}

/** Every free point of a node's border but the corners. A choice is entered at its top. */
function goalsOf(id: string, ground: Ground, grid: RouteGrid): ReadonlyMap<number, Direction> {
  const area = areaOf(ground, id);
  const isChoice = nodesOf(ground.figure.nodes).some(
    (node) => node.id === id && node.shape === "choice",
  );
  const taken = new Set(
    ground.ports.filter(({ unit }) => unit.node.id === id).map(({ at }) => grid.at(at.x, at.y)),
  );
  const goals = new Map<number, Direction>();
  for (const side of isChoice ? (["top"] as const) : sides) {
    const length = side === "left" || side === "right" ? area.height : area.width;
    for (let offset = 1; offset < length; offset++) {
      const { x, y } = pointOn(area, side, offset);
      const point = grid.at(x, y);
      if (!taken.has(point)) goals.set(point, opposite(directionOf[side]));
    }
  }
  return goals;
}

const opposite = (direction: Direction): Direction => ((direction + 2) % 4) as Direction;
