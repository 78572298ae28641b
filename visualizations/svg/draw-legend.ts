import type { LegendEntry } from "../figure/figure.ts";
import type { PlacedNode } from "../layout/drawing.ts";
import { legendIndent, legendRow } from "../layout/legend-size.ts";
import { fontSize, textWidth } from "../layout/text-width.ts";
import { actorSign, choiceSign } from "./signs.ts";
import { element, escapeXml, rounded, textElement } from "./xml.ts";

export function drawLegend({ node: { id, legend }, box: { x, y } }: PlacedNode): string {
  const indent = legendIndent(legend);
  const rows = legend.map((entry, index) => {
    const baseline = y + index * legendRow + 12;
    const text = textElement(
      textWidth(entry.text, fontSize),
      { x: x + indent, y: baseline },
      escapeXml(entry.text),
    );
    return `${drawSign(entry, x, baseline - 4)}${text}`;
  });
  return element("g", { class: "legend", "data-node": id }, ...rows);
}

function drawSign({ sign, word }: LegendEntry, x: number, y: number): string {
  const from = `M${rounded(x)} ${rounded(y)}`;
  switch (sign) {
    case null:
      return textElement(
        textWidth(word, fontSize, true),
        { class: "word", x, y: y + 4 },
        escapeXml(word),
      );
    case "choice":
      return element("g", { class: "choice" }, element("path", { d: choiceSign(x + 8, y, 7) }));
    case "frame":
      return element(
        "g",
        { class: "frame" },
        element("rect", { x: x + 1, y: y - 6, width: 30, height: 12, rx: 4 }),
      );
    case "actor":
      return element("g", { class: "actor" }, element("path", { d: actorSign(x + 10, y) }));
    default:
      return element(
        "g",
        { class: sign },
        element("path", { class: "line", d: `${from}h25` }),
        element("polygon", { class: "tip", points: tip(x + 33, y) }),
      );
  }
}

const tip = (x: number, y: number): string =>
  [
    `${rounded(x)},${rounded(y)}`,
    `${rounded(x - 8)},${rounded(y - 3.6)}`,
    `${rounded(x - 8)},${rounded(y + 3.6)}`,
  ].join(" ");
