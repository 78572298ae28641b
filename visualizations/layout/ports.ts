import type { Side } from "./arrangement.ts";
import type { Box, Point } from "./drawing.ts";
import { type Area, cell } from "./grid.ts";
import { type Direction, steps } from "./route-grid.ts";
import { labelGap, type Unit, type UnitExit } from "./units.ts";

/** Where a line leaves its node, and the straight part that carries its label. */
export interface Port {
  readonly unit: Unit;
  readonly exit: UnitExit;
  /** On the border of the box, in cells */
  readonly at: Point;
  /** Where the straight part ends, in cells */
  readonly end: Point;
  /** In px */
  readonly label: Box | null;
}

export const directionOf: Readonly<Record<Side, Direction>> = {
  right: 0,
  bottom: 1,
  left: 2,
  top: 3,
};

export function portOf(unit: Unit, exit: UnitExit, area: Area): Port {
  const at = pointOn(area, exit.side, exit.offset);
  const step = steps[directionOf[exit.side]] as Point;
  const end = { x: at.x + step.x * exit.stub, y: at.y + step.y * exit.stub };
  return { unit, exit, at, end, label: labelBox(exit, at, end) };
}

/** A point on the border of an area, counted from the top or the left. */
export function pointOn({ x, y, width, height }: Area, side: Side, offset: number): Point {
  switch (side) {
    case "left":
      return { x, y: y + offset };
    case "right":
      return { x: x + width, y: y + offset };
    case "top":
      return { x: x + offset, y };
    case "bottom":
      return { x: x + offset, y: y + height };
  }
}

/** Above a horizontal line, or beside a vertical one. */
function labelBox({ side, label, from }: UnitExit, at: Point, end: Point): Box | null {
  const { width, height } = label;
  if (width === 0) return null;
  const border = at.x * cell;
  const top = Math.min(at.y, end.y) * cell;
  const isBefore = side === "left" || (side !== "right" && from === "end");
  const x = isBefore ? border - labelGap - width : border + labelGap;
  const isFlat = side === "left" || side === "right";
  const length = Math.abs(at.y - end.y) * cell;
  return { x, y: isFlat ? top - 2 - height : top + (length - height) / 2, width, height };
}
