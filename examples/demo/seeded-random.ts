/** Numbers from 0 to 1 that look like chance, and are the same for the same seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  // Both halves of a large seed count.
  let state = (seed + Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `from` to below `to`. */
export function pick(random: () => number, from: number, to: number): number {
  return from + Math.floor(random() * (to - from));
}

export function shuffled<T>(random: () => number, list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
