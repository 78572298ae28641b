import { setAttributes } from "./dom.ts";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const zoomStep = 1.25;
/** Pixels of the screen for one of the drawing */
const largestZoom = 1.6;

/** A drawing that is larger than its window: it can be moved and zoomed, by mouse and by keyboard. */
export class ChartCanvas {
  readonly #window: HTMLElement;
  readonly #svg: SVGSVGElement;
  readonly #whole: Box;
  #view: Box;
  /** What is in sight, and stays so when the window changes its size */
  #aim: "whole" | "by hand" | { readonly x: number; readonly y: number } = "whole";
  readonly #seen: (view: Readonly<Box>) => void;

  /** @param seen is told which part is in sight */
  constructor(window: HTMLElement, svg: SVGSVGElement, seen: (view: Readonly<Box>) => void) {
    this.#seen = seen;
    this.#window = window;
    this.#svg = svg;
    const { width, height } = svg.viewBox.baseVal;
    this.#whole = { x: 0, y: 0, width, height };
    this.#view = { ...this.#whole };
    window.tabIndex = 0;
    setAttributes(svg, { width: "100%", height: "100%", preserveAspectRatio: "xMidYMid meet" });
    window.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    window.addEventListener("pointerdown", (event) => this.#drag(event));
    window.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => {
      if (this.#aim === "whole") this.fit();
      else if (this.#aim !== "by hand") this.reveal(this.#aim.x, this.#aim.y);
    }).observe(window);
  }

  /** Everything in sight. */
  fit(): void {
    this.#aim = "whole";
    this.#show({ ...this.#whole });
  }

  zoom(factor: number): void {
    this.#aim = "by hand";
    const { x, y, width, height } = this.#view;
    this.#zoomAt(factor, x + width / 2, y + height / 2);
  }

  /** Moves so far that these parts of the drawing are in sight, at a size that can be read. */
  reveal(x: number, y: number): void {
    this.#aim = { x, y };
    const { clientWidth, clientHeight } = this.#window;
    // While another view is shown.
    if (clientWidth === 0 || clientHeight === 0) return;
    const width = Math.min(this.#whole.width, clientWidth / 0.85);
    const height = (width * clientHeight) / Math.max(1, clientWidth);
    const view = this.#view;
    const isNear =
      Math.abs(view.width - width) < 1 &&
      x > view.x + width * 0.2 &&
      x < view.x + width * 0.8 &&
      y > view.y + height * 0.2 &&
      y < view.y + height * 0.8;
    if (!isNear) this.#show({ x: x - width / 2, y: y - height / 2, width, height });
  }

  #zoomAt(factor: number, x: number, y: number): void {
    const { clientWidth } = this.#window;
    const smallest = clientWidth / largestZoom;
    const width = Math.min(this.#whole.width * 1.5, Math.max(smallest, this.#view.width / factor));
    const scale = width / this.#view.width;
    this.#show({
      x: x - (x - this.#view.x) * scale,
      y: y - (y - this.#view.y) * scale,
      width,
      height: this.#view.height * scale,
    });
  }

  #show(view: Box): void {
    const { width, height } = this.#whole;
    const clamp = (value: number, size: number, whole: number): number =>
      size >= whole ? (whole - size) / 2 : Math.max(0, Math.min(whole - size, value));
    view.x = clamp(view.x, view.width, width);
    view.y = clamp(view.y, view.height, height);
    this.#view = view;
    setAttributes(this.#svg, { viewBox: `${view.x} ${view.y} ${view.width} ${view.height}` });
    this.#seen(view);
  }

  /** Units of the drawing in a pixel */
  get #unit(): number {
    const { clientWidth, clientHeight } = this.#window;
    return Math.max(this.#view.width / clientWidth, this.#view.height / clientHeight);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    this.#aim = "by hand";
    const { left, top, width, height } = this.#window.getBoundingClientRect();
    const unit = this.#unit;
    const x = this.#view.x + this.#view.width / 2 + (event.clientX - left - width / 2) * unit;
    const y = this.#view.y + this.#view.height / 2 + (event.clientY - top - height / 2) * unit;
    this.#zoomAt(event.deltaY < 0 ? zoomStep : 1 / zoomStep, x, y);
  }

  #drag(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { clientX, clientY } = event;
    const from = { ...this.#view };
    const move = (to: PointerEvent): void => {
      this.#aim = "by hand";
      const unit = this.#unit;
      this.#show({
        ...from,
        x: from.x - (to.clientX - clientX) * unit,
        y: from.y - (to.clientY - clientY) * unit,
      });
    };
    const end = new AbortController();
    addEventListener("pointermove", move, { signal: end.signal });
    addEventListener("pointerup", () => end.abort(), { signal: end.signal });
  }

  #key(event: KeyboardEvent): void {
    const step = this.#view.width / 12;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (move) {
      this.#aim = "by hand";
      this.#show({ ...this.#view, x: this.#view.x + move[0], y: this.#view.y + move[1] });
    } else if (event.key === "+") this.zoom(zoomStep);
    else if (event.key === "-") this.zoom(1 / zoomStep);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
