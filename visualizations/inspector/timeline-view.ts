import { byId, Pool, Size, setAttributes, setText, svgElement } from "./dom.ts";
import { duration, timeOfDay } from "./format.ts";
import type { Frame, Place, View } from "./frame.ts";
import type { Phase } from "./phases.ts";

const height = 26;
const mostFailures = 300;

interface Stretch {
  readonly x: number;
  readonly width: number;
  readonly phase: Phase;
}

/** The past of the selected connection in one strip, and the slider that goes back to it. */
export class TimelineView implements View {
  readonly #slider = byId("timeline-slider", HTMLInputElement);
  readonly #svg = byId("timeline-svg", SVGSVGElement);
  readonly #size = new Size(this.#svg);
  readonly #time = byId("timeline-time", HTMLElement);
  readonly #live = byId("timeline-live", HTMLButtonElement);
  readonly #stretches: Pool<SVGRectElement, Stretch>;
  readonly #failures: Pool<SVGLineElement, number>;
  readonly #cursor = svgElement("line", { class: "cursor", y1: 0, y2: height });

  constructor(go: (place: Place | null) => void) {
    const band = svgElement("g");
    const marks = svgElement("g", { class: "failures" });
    this.#svg.append(band, marks, this.#cursor);
    this.#stretches = new Pool(
      band,
      () => svgElement("rect", { y: 6, height: height - 12 }),
      (rect, { x, width, phase }) => setAttributes(rect, { x, width, "data-phase": phase }),
    );
    this.#failures = new Pool(
      marks,
      () => svgElement("line", { y1: 1, y2: 6 }),
      (line, x) => setAttributes(line, { x1: x, x2: x }),
    );
    this.#slider.addEventListener("input", () => go({ at: Number(this.#slider.value) }));
    this.#slider.addEventListener("keydown", (event) => this.#move(event, go));
    this.#live.addEventListener("click", () => go(null));
  }

  /** By a hundredth of what there is: by itself the slider would go by a millisecond. */
  #move(event: KeyboardEvent, go: (place: Place) => void): void {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    const { min, max, value } = this.#slider;
    const step = Math.max(1, (Number(max) - Number(min)) / 100);
    const at = Number(value) + direction * step;
    go({ at: Math.max(Number(min), Math.min(Number(max), at)) });
  }

  show(frame: Frame): void {
    const { store, at, isLive, selected } = frame;
    const begin = Math.floor(store.beginAt);
    const end = Math.max(begin + 1_000, Math.ceil(isLive ? at : store.endAt));
    const { width } = this.#size;
    const x = (time: number): number =>
      Math.round(((Math.max(begin, time) - begin) / (end - begin)) * width * 10) / 10;
    setAttributes(this.#slider, { min: begin, max: end });
    this.#slider.value = String(Math.round(at));
    const ago = end - at;
    setAttributes(this.#slider, {
      "aria-valuetext": isLive ? "now" : `${duration(ago)} before the end`,
    });
    setText(this.#time, `${timeOfDay(store.startedAt, at)}${isLive ? "" : ` (−${duration(ago)})`}`);
    setAttributes(this.#live, { "aria-pressed": String(isLive) });
    setAttributes(this.#cursor, { x1: x(at), x2: x(at) });
    const course = store.courses.get(selected?.id ?? -1);
    const phases = course?.phases ?? [];
    this.#stretches.show(
      phases.map(({ at: from, phase }, index) => ({
        x: x(from),
        width: Math.max(1, x(phases[index + 1]?.at ?? end) - x(from)),
        phase,
      })),
    );
    const places = new Set(
      (course?.failures ?? []).slice(-mostFailures).map((time) => Math.round(x(time))),
    );
    this.#failures.show([...places]);
  }
}
