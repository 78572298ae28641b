import { BinaryHeap } from "./binary-heap.ts";
import type { Job, Route } from "./route.ts";
import type { Direction, RouteGrid } from "./route-grid.ts";
import { TrafficMap } from "./traffic-map.ts";

/** What is worth avoiding, in steps. */
const costs = { shared: 0.3, turn: 5, crossing: 12, foreign: 3 } as const;
const rounds = 5;

/**
 * Finds ways for all lines: each the cheapest among the others, and once more each in turn, until nothing gets better. An
 * order of its own decides between equals, so that the result is always the same.
 */
export function route(grid: RouteGrid, jobs: readonly Job[]): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  const notes = new SearchNotes(grid);
  let total = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = new Map(routes);
    for (const job of jobs) {
      routes.delete(job.id);
      routes.set(job.id, findRoute(grid, new TrafficMap(grid, [...routes.values()]), job, notes));
    }
    const cost = [...routes.values()].reduce((sum, route) => sum + route.cost, 0);
    if (cost >= total) return before;
    total = cost;
  }
  return routes;
}

/** By point and direction of arrival: the least cost found so far, and where it comes from. One for all searches. */
class SearchNotes {
  readonly cost: Float64Array;
  readonly previous: Int32Array;

  constructor({ width, height }: RouteGrid) {
    this.cost = new Float64Array(width * height * 4);
    this.previous = new Int32Array(width * height * 4);
  }

  clear(): void {
    this.cost.fill(Number.POSITIVE_INFINITY);
    this.previous.fill(-1);
  }
}

/** The cheapest way of one line (Dijkstra). */
function findRoute(grid: RouteGrid, traffic: TrafficMap, job: Job, notes: SearchNotes): Route {
  const { cost, previous } = notes;
  notes.clear();
  const heap = new BinaryHeap();
  const first = job.start.point * 4 + job.start.direction;
  cost[first] = 0;
  heap.push(first, 0);
  for (let state = heap.pop(); state !== null; state = heap.pop()) {
    const point = state >> 2;
    if (job.goals.get(point) === (state & 3))
      return {
        group: job.group,
        start: job.start,
        directions: walkBack(previous, state),
        cost: cost[state] as number,
      };
    for (let direction = 0; direction < 4; direction++) {
      const step = stepCost(grid, traffic, job, state, direction);
      if (step === null) continue;
      const next = grid.neighbour(point, direction) * 4 + direction;
      const sum = (cost[state] as number) + step;
      if (sum >= (cost[next] as number)) continue;
      cost[next] = sum;
      previous[next] = state;
      heap.push(next, sum);
    }
  }
  throw new Error(`There is no way for the line '${job.id}': give the arrangement more room`);
}

/** Null where the step is not allowed. */
function stepCost(
  grid: RouteGrid,
  traffic: TrafficMap,
  job: Job,
  state: number,
  direction: number,
): number | null {
  const point = state >> 2;
  const heading = state & 3;
  const next = grid.neighbour(point, direction);
  if (direction === (heading + 2) % 4 || !isOpen(grid, job.goals, point, next, direction))
    return null;
  const { group } = job;
  const step = traffic.step(group, point, next, direction);
  const isTurn = direction !== heading;
  if (step === "taken" || (isTurn && !traffic.mayTurn(group, point))) return null;
  if (job.goals.has(next) && !traffic.mayTurn(group, next)) return null;
  const foreign = job.containers.has(grid.containerOf(next)) ? 0 : costs.foreign;
  if (step === "shared") return costs.shared + (isTurn ? costs.shared : 0) + foreign;
  const crossing = traffic.crosses(group, next, direction) ? costs.crossing : 0;
  return 1 + (isTurn ? costs.turn : 0) + crossing + foreign;
}

/** Whether there is nothing between two neighbouring points but paper, and the second is no wrong side of the target. */
function isOpen(
  grid: RouteGrid,
  goals: Job["goals"],
  point: number,
  next: number,
  direction: number,
): boolean {
  if (next < 0 || goals.has(point) || grid.runsAlongBorder(point, next, direction)) return false;
  return !grid.isSolid(next) || goals.get(next) === direction;
}

function walkBack(previous: Int32Array, last: number): Direction[] {
  const directions: Direction[] = [];
  for (let state = last; (previous[state] as number) >= 0; state = previous[state] as number)
    directions.unshift((state & 3) as Direction);
  return directions;
}
