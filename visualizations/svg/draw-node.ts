import type { FigureNode } from "../figure/figure.ts";
import type { Box, PlacedNode } from "../layout/drawing.ts";
import {
  actorSignWidth,
  actorsWidth,
  boxPadding,
  ruleGap,
  titleHeight,
} from "../layout/node-size.ts";
import { headingSize, smallSize, textWidth, titleSize } from "../layout/text-width.ts";
import { drawLegend } from "./draw-legend.ts";
import { drawNotes } from "./notes.ts";
import { actorSign, choiceSign } from "./signs.ts";
import { element, escapeXml, rounded, textElement } from "./xml.ts";

export function drawNode(placed: PlacedNode): string {
  const { shape } = placed.node;
  if (shape === "initial") return drawInitial(placed);
  if (shape === "choice") return drawChoice(placed);
  if (shape === "heading") return drawHeading(placed);
  return shape === "legend" ? drawLegend(placed) : drawBox(placed);
}

function drawInitial({ node, box }: PlacedNode): string {
  const center = { cx: box.x + box.width / 2, cy: box.y + box.height / 2 };
  const circle = element("circle", { ...center, r: 6.5 });
  return element("g", { class: "initial", "data-node": node.id }, circle);
}

function drawChoice({ node, box: { x, y, height } }: PlacedNode): string {
  const d = choiceSign(x, y + height / 2, height / 2);
  return element("g", { class: "choice", "data-node": node.id }, element("path", { d }));
}

function drawHeading({ node: { id, title, notes }, box: { x, y } }: PlacedNode): string {
  return element(
    "g",
    { class: "heading", "data-node": id },
    textElement(
      textWidth(title, headingSize, true),
      { class: "title", x, y: y + 18 },
      escapeXml(title),
    ),
    drawNotes(notes, x, y + titleHeight + ruleGap),
  );
}

function drawBox({ node, box }: PlacedNode): string {
  const { id, shape, actors, notes, children } = node;
  const isFrame = shape === "frame";
  const kind = [isFrame ? "frame" : "state", children.length > 0 && !isFrame ? "compound" : ""];
  const rule = box.y + titleHeight;
  return element(
    "g",
    {
      class: kind.filter(Boolean).join(" "),
      "data-state": isFrame ? undefined : id,
      "data-node": isFrame ? id : undefined,
    },
    element("rect", { ...box, rx: isFrame ? 12 : 8 }),
    shape === "final" ? element("rect", { class: "final", ...inset(box, 3), rx: 6 }) : "",
    drawTitle(node, box),
    drawActors(actors, box),
    notes.length > 0 && !isFrame
      ? element("path", {
          class: "rule",
          d: `M${rounded(box.x)} ${rounded(rule)}h${rounded(box.width)}`,
        })
      : "",
    drawNotes(notes, box.x + boxPadding, rule + ruleGap),
  );
}

/** In the middle, where the box has nothing but its title. */
function drawTitle({ shape, title, notes, actors, children }: FigureNode, box: Box): string {
  const isAlone = [...notes, ...actors, ...children].length === 0;
  const at = isAlone
    ? { x: box.x + box.width / 2, y: box.y + box.height / 2 + 5, "text-anchor": "middle" }
    : { x: box.x + boxPadding, y: box.y + 17 };
  const width = textWidth(title, titleSize, shape !== "frame");
  return textElement(width, { class: "title", ...at }, escapeXml(title));
}

/** At the right of the title: two small circles joined, and the names of the actors that live in the state. */
function drawActors(actors: readonly string[], box: Box): string {
  if (actors.length === 0) return "";
  const names = actors.join(", ");
  const x = box.x + box.width - boxPadding - actorsWidth(actors);
  const y = box.y + 12.5;
  return element(
    "g",
    { class: "actor" },
    element("path", { d: actorSign(x, y) }),
    textElement(
      textWidth(names, smallSize),
      { x: x + actorSignWidth, y: y + 3.8 },
      escapeXml(names),
    ),
  );
}

function inset({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}
