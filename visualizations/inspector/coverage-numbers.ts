import { svgElement } from "./dom.ts";

/** Shares of a line at which its number is tried, from its middle outwards. */
const places = Array.from({ length: 24 }, (_, index) => {
  const step = Math.ceil(index / 2) * 0.04;
  return 0.5 + (index % 2 === 0 ? step : -step);
});
/** Where nothing is free on the line: beside it, in px */
const sides = [0, -13, 13, -26, 26];
const room = 1;

type Box = Pick<DOMRect, "x" | "y" | "width" | "height">;

/** Puts numbers on the lines of a drawing, where they hide no text and no other number. */
export class CoverageNumbers {
  readonly #svg: SVGSVGElement;
  readonly #taken: Box[];
  readonly #marks: SVGTextElement[] = [];

  constructor(svg: SVGSVGElement) {
    this.#svg = svg;
    this.#taken = [...svg.querySelectorAll("text")].map((text) => text.getBBox());
  }

  add(line: SVGPathElement, number: number): void {
    const mark = svgElement("text", { class: "coverage", "text-anchor": "middle" }, `${number}×`);
    this.#svg.append(mark);
    this.#marks.push(mark);
    const { width, height, y: rise } = mark.getBBox();
    const length = line.getTotalLength();
    const boxes = sides.flatMap((side) =>
      places.map((share) => {
        const { x, y } = line.getPointAtLength(length * share);
        return { x: x - width / 2 + side, y: y + rise + side, width, height };
      }),
    );
    const box =
      boxes.find((free) => !this.#taken.some((other) => overlap(free, other))) ?? boxes[0];
    if (box === undefined) return;
    this.#taken.push(box);
    mark.setAttribute("x", String(box.x + width / 2));
    mark.setAttribute("y", String(box.y - rise));
  }

  remove(): void {
    for (const mark of this.#marks) mark.remove();
  }
}

function overlap(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width + room &&
    b.x < a.x + a.width + room &&
    a.y < b.y + b.height + room &&
    b.y < a.y + a.height + room
  );
}
