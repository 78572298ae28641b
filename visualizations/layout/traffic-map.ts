import type { Route } from "./route.ts";
import { isHorizontal, type RouteGrid } from "./route-grid.ts";

/** Which lines run where. Those of one group may run together, in one direction; others may only cross. */
export class TrafficMap {
  /** By point and axis: the group on the way from this point to the next, and its direction of travel */
  readonly #segments: Int16Array;
  readonly #directions: Int8Array;
  /** By point and axis: the group that passes straight */
  readonly #passes: Int16Array;
  /** By point: the group that turns or ends there */
  readonly #turns: Int16Array;
  readonly #grid: RouteGrid;

  constructor(grid: RouteGrid, routes: readonly Route[]) {
    const points = grid.width * grid.height;
    this.#grid = grid;
    this.#segments = new Int16Array(points * 2);
    this.#directions = new Int8Array(points * 2);
    this.#passes = new Int16Array(points * 2);
    this.#turns = new Int16Array(points);
    for (const route of routes) this.#add(route);
  }

  #add({ group, start, directions }: Route): void {
    let point = start.point;
    let before: number = start.direction;
    for (const direction of directions) {
      if (direction === before) this.#passes[point * 2 + axis(direction)] = group;
      else this.#turns[point] = group;
      const next = this.#grid.neighbour(point, direction);
      const segment = this.#segment(point, next, direction);
      this.#segments[segment] = group;
      this.#directions[segment] = direction;
      point = next;
      before = direction;
    }
    this.#turns[point] = group;
  }

  #segment(from: number, to: number, direction: number): number {
    return Math.min(from, to) * 2 + axis(direction);
  }

  /** Whether a line of the group may go this step: `shared` where one of its group already does. */
  step(group: number, from: number, to: number, direction: number): "free" | "shared" | "taken" {
    const segment = this.#segment(from, to, direction);
    const owner = this.#segments[segment] ?? 0;
    if (owner !== 0)
      return owner === group && this.#directions[segment] === direction ? "shared" : "taken";
    const turn = this.#turns[to] ?? 0;
    const parallel = this.#passes[to * 2 + axis(direction)] ?? 0;
    return isOther(turn, group) || isOther(parallel, group) ? "taken" : "free";
  }

  /** Whether going straight through the point crosses a line of another group. */
  crosses(group: number, point: number, direction: number): boolean {
    return isOther(this.#passes[point * 2 + (1 - axis(direction))] ?? 0, group);
  }

  /** Whether a line of the group may turn or end here. */
  mayTurn(group: number, point: number): boolean {
    const flat = this.#passes[point * 2] ?? 0;
    const upright = this.#passes[point * 2 + 1] ?? 0;
    return ![flat, upright, this.#turns[point] ?? 0].some((owner) => isOther(owner, group));
  }
}

const axis = (direction: number): number => (isHorizontal(direction) ? 0 : 1);
const isOther = (owner: number, group: number): boolean => owner !== 0 && owner !== group;
