import type { PlacedEdge, Point } from "./drawing.ts";
import { cell } from "./grid.ts";

/** How far a line goes on along the one that it joins, in px: enough for a round corner. */
const overlap = 8;

/**
 * Lines of one tone to the same node run together. So that dashes stay dashes, each is drawn only as far as none has been
 * drawn before: this gives the parts, by edge id.
 */
export function ownParts(edges: readonly PlacedEdge[]): ReadonlyMap<string, readonly Point[]> {
  const drawn = new Set<string>();
  return new Map(
    edges.map(({ edge, points }) => {
      const steps = pointByPoint(points);
      const group = `${edge.to} ${edge.tone}`;
      const keys = steps
        .slice(1)
        .map((point, index) => `${group} ${at(steps[index])} ${at(point)}`);
      const joint = keys.findLastIndex((key) => !drawn.has(key)) + 1;
      for (const key of keys) drawn.add(key);
      return [edge.id, joint === keys.length ? points : upTo(points, joint * cell + overlap)];
    }),
  );
}

const at = (point: Point | undefined): string => `${point?.x},${point?.y}`;

/** Every point of the grid on the way. */
function pointByPoint(points: readonly Point[]): Point[] {
  const [first, ...rest] = points;
  if (first === undefined) return [];
  const way = [first];
  for (const corner of rest) {
    for (let last = way.at(-1) as Point; last.x !== corner.x || last.y !== corner.y; ) {
      last = { x: towards(last.x, corner.x), y: towards(last.y, corner.y) };
      way.push(last);
    }
  }
  return way;
}

const towards = (from: number, to: number): number =>
  from + Math.sign(to - from) * Math.min(cell, Math.abs(to - from));

/** The first part of a way, so long in px. */
function upTo(points: readonly Point[], length: number): Point[] {
  const [first, ...rest] = points;
  if (first === undefined) return [];
  const way = [first];
  let left = length;
  for (const corner of rest) {
    const last = way.at(-1) as Point;
    const size = Math.abs(corner.x - last.x) + Math.abs(corner.y - last.y);
    if (size >= left) {
      const share = left / size;
      way.push({
        x: last.x + (corner.x - last.x) * share,
        y: last.y + (corner.y - last.y) * share,
      });
      return way;
    }
    way.push(corner);
    left -= size;
  }
  return way;
}
