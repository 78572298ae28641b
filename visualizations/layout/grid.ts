/** Lines run on a grid: so they are never closer than this, in px. */
export const cell = 12;

export function cellsFor(px: number): number {
  return Math.ceil(px / cell);
}

/** A rectangle of the grid, in cells. Its last point is at `x + width`, `y + height`. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
