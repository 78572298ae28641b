import type { Point } from "../layout/drawing.ts";
import { rounded } from "./xml.ts";

const cornerRadius = 7;

/** Through all the points, with round corners. */
export function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return "";
  const corners = rest.slice(0, -1).map((corner, index) => {
    const before = points[index] as Point;
    const after = points[index + 2] as Point;
    return `L${at(towards(corner, before))}Q${at(corner)} ${at(towards(corner, after))}`;
  });
  return `M${at(first)}${corners.join("")}L${at(last)}`;
}

/** A point on the way from a corner to a neighbour, where the curve begins. */
function towards(corner: Point, neighbour: Point): Point {
  const distance = Math.hypot(neighbour.x - corner.x, neighbour.y - corner.y);
  const share = distance === 0 ? 0 : Math.min(cornerRadius, distance / 2) / distance;
  return {
    x: corner.x + (neighbour.x - corner.x) * share,
    y: corner.y + (neighbour.y - corner.y) * share,
  };
}

const at = ({ x, y }: Point): string => `${rounded(x)} ${rounded(y)}`;
