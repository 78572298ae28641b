import type { Area } from "./grid.ts";

/** Directions of travel: right, down, left, up. */
export type Direction = 0 | 1 | 2 | 3;
export const steps: readonly { readonly x: number; readonly y: number }[] = [
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
  { x: 0, y: -1 },
];
export const isHorizontal = (direction: number): boolean => direction % 2 === 0;

/** The points of the grid: where no line may go, and where one may only cross. */
export class RouteGrid {
  readonly width: number;
  readonly height: number;
  readonly #solid: Uint8Array;
  readonly #borders: Uint8Array;
  /** Number of the innermost container, by point; 0 is outside all */
  readonly #containers: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#solid = new Uint8Array(width * height);
    this.#borders = new Uint8Array(width * height);
    this.#containers = new Uint8Array(width * height);
  }

  at(x: number, y: number): number {
    return y * this.width + x;
  }

  neighbour(point: number, direction: number): number {
    const step = steps[direction] as { x: number; y: number };
    const x = (point % this.width) + step.x;
    const y = Math.floor(point / this.width) + step.y;
    const isOutside = x < 0 || y < 0 || x >= this.width || y >= this.height;
    return isOutside ? -1 : this.at(x, y);
  }

  isSolid(point: number): boolean {
    return this.#solid[point] === 1;
  }

  containerOf(point: number): number {
    return this.#containers[point] ?? 0;
  }

  /** Along the border of a container a line could not be told from it. */
  runsAlongBorder(from: number, to: number, direction: number): boolean {
    const bit = isHorizontal(direction) ? 1 : 2;
    return ((this.#borders[from] ?? 0) & (this.#borders[to] ?? 0) & bit) !== 0;
  }

  block(area: Area): void {
    this.#each(area, (point) => {
      this.#solid[point] = 1;
    });
  }

  contain(area: Area, container: number): void {
    const { x, y, width, height } = area;
    this.#each(area, (point) => {
      this.#containers[point] = container;
    });
    this.#border({ x, y, width, height: 0 }, 1);
    this.#border({ x, y: y + height, width, height: 0 }, 1);
    this.#border({ x, y, width: 0, height }, 2);
    this.#border({ x: x + width, y, width: 0, height }, 2);
  }

  #border(area: Area, bit: number): void {
    this.#each(area, (point) => {
      this.#borders[point] = (this.#borders[point] ?? 0) | bit;
    });
  }

  #each({ x, y, width, height }: Area, visit: (point: number) => void): void {
    for (let row = y; row <= y + height; row++)
      for (let column = x; column <= x + width; column++) visit(this.at(column, row));
  }
}
