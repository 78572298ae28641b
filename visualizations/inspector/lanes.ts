export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Puts spans side by side where they overlap. Beyond the last lane they lie on top of each other. */
export function lanesOf(spans: readonly Span[], most: number): number[] {
  const ends: number[] = [];
  return spans.map(({ begin, end }) => {
    let lane = ends.findIndex((free) => free <= begin);
    if (lane < 0) lane = Math.min(ends.length, most - 1);
    ends[lane] = Math.max(end, ends[lane] ?? 0);
    return lane;
  });
}
