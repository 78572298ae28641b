import type { Figure } from "../figure/figure.ts";
import type { Drawing } from "../layout/drawing.ts";
import { ownParts } from "../layout/trunks.ts";
import { drawLabel, drawLine } from "./draw-edge.ts";
import { drawNode } from "./draw-node.ts";
import { styleSheet } from "./styles.ts";
import { element, escapeXml } from "./xml.ts";

/** The picture as text: complete in itself, without scripts, fonts or anything from elsewhere. */
export function drawSvg(figure: Figure, { width, height, nodes, edges }: Drawing): string {
  const own = ownParts(edges);
  // A line begins in the middle of the dot that it leaves.
  const dots = nodes.filter(({ node }) => node.shape === "initial");
  const boxes = nodes.filter(({ node }) => node.shape !== "initial");
  const parts = [
    element("title", {}, escapeXml(figure.title)),
    element("style", {}, styleSheet),
    element("rect", { class: "paper", width, height }),
    ...boxes.map(drawNode),
    ...edges.map((edge) => drawLine(edge, own.get(edge.edge.id) ?? [])),
    ...dots.map(drawNode),
    ...edges.map(drawLabel),
  ];
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "chart",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
    },
    `\n${parts.filter(Boolean).join("\n")}\n`,
  );
  return `${svg}\n`;
}
