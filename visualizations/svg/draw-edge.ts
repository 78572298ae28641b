import { keysOf } from "../figure/figure.ts";
import type { PlacedEdge, Point } from "../layout/drawing.ts";
import { drawNotes } from "./notes.ts";
import { roundedPath } from "./path.ts";
import { element, rounded } from "./xml.ts";

const arrowLength = 8;
const arrowHalf = 3.6;

/** Two groups, since all labels lie above all lines. */
export function drawLine({ edge, points }: PlacedEdge, own: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return "";
  const base = onTheWay(tip, before, arrowLength);
  const toTip = [...points.slice(0, -1), base];
  return element(
    "g",
    {
      class: `edge ${edge.tone}`,
      "data-edge": edge.id,
      "data-transitions": keysOf(edge).join(" "),
    },
    element("path", { class: "line", d: roundedPath(own === points ? toTip : own) }),
    element("path", { class: "trace", d: roundedPath(toTip) }),
    element("polygon", { class: "tip", points: arrow(tip, base) }),
  );
}

export function drawLabel({ edge, label }: PlacedEdge): string {
  if (label === null) return "";
  return element(
    "g",
    { class: "label", "data-label": edge.id },
    drawNotes(edge.notes, label.x, label.y),
  );
}

function onTheWay(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return {
    x: from.x + ((to.x - from.x) / length) * distance,
    y: from.y + ((to.y - from.y) / length) * distance,
  };
}

function arrow(tip: Point, base: Point): string {
  const across = {
    x: (-(tip.y - base.y) / arrowLength) * arrowHalf,
    y: ((tip.x - base.x) / arrowLength) * arrowHalf,
  };
  const corners = [
    tip,
    { x: base.x + across.x, y: base.y + across.y },
    { x: base.x - across.x, y: base.y - across.y },
  ];
  return corners.map(({ x, y }) => `${rounded(x)},${rounded(y)}`).join(" ");
}
