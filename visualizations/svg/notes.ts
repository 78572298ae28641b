import type { Line, Note } from "../figure/figure.ts";
import { lineHeight, lineWidth } from "../layout/text-width.ts";
import { element, escapeXml, textElement } from "./xml.ts";

/** From the top of a line to the foot of its letters */
const baseline = 11.5;

/** Notes below one another, each with the transitions that it stands for. */
export function drawNotes(notes: readonly Note[], x: number, top: number): string {
  let y = top;
  return notes
    .map((note) => {
      const texts = note.lines.map((line, index) =>
        textElement(
          lineWidth(line),
          { x, y: y + baseline + index * lineHeight },
          ...line.map(drawRun),
        ),
      );
      y += note.lines.length * lineHeight;
      return element(
        "g",
        { class: `note ${note.tone}`, "data-transitions": note.keys.join(" ") },
        ...texts,
      );
    })
    .join("");
}

function drawRun({ text, style }: Line[number]): string {
  return element("tspan", { class: style }, escapeXml(text));
}
