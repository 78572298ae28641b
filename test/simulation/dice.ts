import { seededRandom } from "../../src/testing/seeded-random.ts";

/** Chance from a seed. */
export class Dice {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** Both bounds included */
  whole(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  chance(of: number): boolean {
    return this.random() < of;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.random() * list.length)] ?? list[0];
  }

  /** Whole numbers, mostly small ones, and seldom large ones */
  gap(mean: number): number {
    return Math.round(-Math.log(1 - this.random()) * mean);
  }
}
