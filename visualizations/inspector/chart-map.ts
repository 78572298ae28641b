import type { Box } from "./chart-canvas.ts";
import { byId, setAttributes, svgElement } from "./dom.ts";

/** The whole chart in small: where it is, and which part of it is in sight. */
export class ChartMap {
  readonly #svg = byId("chart-map", SVGSVGElement);
  readonly #sight = svgElement("rect", { class: "sight" });
  readonly #states = new Map<string, SVGRectElement>();

  /** Takes over the boxes of the drawing. */
  draw(whole: SVGSVGElement, states: ReadonlyMap<string, Element>): void {
    const { width, height } = whole.viewBox.baseVal;
    setAttributes(this.#svg, { viewBox: `0 0 ${width} ${height}` });
    for (const [path, state] of states) {
      const box = state.querySelector("rect");
      if (box === null) continue;
      const copy = svgElement("rect", { class: state.getAttribute("class") });
      for (const name of ["x", "y", "width", "height"])
        setAttributes(copy, { [name]: box.getAttribute(name) });
      this.#states.set(path, copy);
      this.#svg.append(copy);
    }
    this.#svg.append(this.#sight);
  }

  showSight({ x, y, width, height }: Readonly<Box>): void {
    setAttributes(this.#sight, { x, y, width, height });
  }

  showState(leaf: string): void {
    for (const [path, box] of this.#states)
      setAttributes(box, { "data-active": path === leaf ? "leaf" : null });
  }
}
