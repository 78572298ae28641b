import type { Direction } from "./route-grid.ts";

/** A line to be routed. */
export interface Job {
  readonly id: string;
  /** From 1. Lines of one group lead to the same node, and may run together. */
  readonly group: number;
  readonly start: { readonly point: number; readonly direction: Direction };
  /** Points where it may end, each with the direction in which it must arrive */
  readonly goals: ReadonlyMap<number, Direction>;
  /** Numbers of the containers that it has to do with: through others it goes only in need */
  readonly containers: ReadonlySet<number>;
}

export interface Route {
  readonly group: number;
  readonly start: Job["start"];
  /** One a step */
  readonly directions: readonly Direction[];
  readonly cost: number;
}
