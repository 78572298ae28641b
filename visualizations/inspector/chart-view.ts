import type { ConnectionModel } from "../../src/inspector/trace/model.ts";
import { ChartCanvas } from "./chart-canvas.ts";
import { ChartMap } from "./chart-map.ts";
import type { Coverage } from "./coverage.ts";
import { byId, element, Pool, setAttributes, setText, svgElement } from "./dom.ts";
import type { Frame, View } from "./frame.ts";

const chartUrl = "/visualizations/plugin-connection.svg";
/** How long a transition that was taken can be seen */
const trailMs = 2_500;
const trailLevels = 4;

/** Everything that is drawn for one transition: its line, its label, its note in a state. */
interface Drawn {
  readonly keys: readonly string[];
  readonly element: Element;
}

/** The statechart of the selected connection: where it is, how it came there, and where it could go. */
export class ChartView implements View {
  readonly #panel = byId("chart", HTMLElement);
  readonly #window = byId("chart-window", HTMLElement);
  readonly #follow = byId("chart-follow", HTMLInputElement);
  readonly #possible: Pool<HTMLLIElement, string>;
  readonly #now = byId("chart-now", HTMLElement);
  readonly #map = new ChartMap();
  #canvas: ChartCanvas | undefined;
  #svg: SVGSVGElement | undefined;
  #states = new Map<string, SVGGraphicsElement>();
  #drawn: readonly Drawn[] = [];
  #texts = new Map<string, string>();
  #shownState = "";

  constructor() {
    this.#possible = new Pool(
      byId("chart-possible", HTMLElement),
      () => element("li"),
      (item, text) => setText(item, text),
    );
    byId("chart-fit", HTMLElement).addEventListener("click", () => {
      this.#follow.checked = false;
      this.#canvas?.fit();
    });
    byId("chart-in", HTMLElement).addEventListener("click", () => this.#canvas?.zoom(1.4));
    byId("chart-out", HTMLElement).addEventListener("click", () => this.#canvas?.zoom(1 / 1.4));
    this.#follow.addEventListener("change", () => {
      this.#shownState = "";
    });
  }

  async load(): Promise<void> {
    const svg = await fetchSvg(chartUrl);
    const own = document.importNode(svg, true);
    this.#window.replaceChildren(own);
    this.#svg = own;
    for (const state of own.querySelectorAll<SVGGraphicsElement>("[data-state]"))
      this.#states.set(state.getAttribute("data-state") ?? "", state);
    this.#map.draw(own, this.#states);
    this.#canvas = new ChartCanvas(this.#window, own, (view) => this.#map.showSight(view));
    this.#drawn = [...own.querySelectorAll<SVGElement>("[data-transitions]")].map((drawn) => ({
      keys: (drawn.getAttribute("data-transitions") ?? "").split(" ").filter(Boolean),
      element: drawn,
    }));
    for (const { keys, element: drawn } of this.#drawn) {
      const text = [...drawn.querySelectorAll("text")].map((line) => line.textContent).join(" ");
      if (text !== "") for (const key of keys) this.#texts.set(key, text);
    }
    this.#canvas.fit();
  }

  show({ selected, at }: Frame): void {
    if (this.#panel.hidden || this.#svg === undefined || selected === undefined) return;
    const { state } = selected;
    const active = new Set(pathsTo(state));
    for (const [path, drawn] of this.#states) {
      const activity = path === state ? "leaf" : active.has(path) ? "around" : null;
      setAttributes(drawn, { "data-active": activity });
    }
    const possible = this.#showTransitions(active, agesOf(selected, at));
    const texts = possible.map((key) => this.#texts.get(key) ?? key);
    this.#possible.show([...new Set(texts)]);
    this.#map.showState(state);
    setText(this.#now, state);
    if (this.#follow.checked && this.#shownState !== state) this.#reveal(state);
  }

  /** @returns those which the machine could take next */
  #showTransitions(
    active: ReadonlySet<string>,
    ages: ReadonlyMap<string, number>,
  ): readonly string[] {
    const possible: string[] = [];
    for (const { keys, element: drawn } of this.#drawn) {
      const from = keys.filter((key) => active.has(sourceOf(key)));
      possible.push(...from);
      const levels = keys.map((key) => ages.get(key)).filter((level) => level !== undefined);
      setAttributes(drawn, {
        "data-trail": levels.length > 0 ? Math.min(...levels) : null,
        "data-possible": from.length > 0 ? "true" : "false",
      });
    }
    return possible;
  }

  /** Draws over the lines how often each was taken. `undefined` takes it away. */
  cover(coverage: Coverage | undefined): void {
    for (const mark of this.#svg?.querySelectorAll(".coverage") ?? []) mark.remove();
    setAttributes(this.#panel, { "data-covered": coverage !== undefined });
    for (const { keys, element: drawn } of this.#drawn) {
      const count = keys.reduce((sum, key) => sum + (coverage?.counts.get(key) ?? 0), 0);
      const isUncovered = keys.some((key) => !coverage?.counts.get(key));
      setAttributes(drawn, { "data-uncovered": coverage !== undefined && isUncovered });
      const line = drawn.querySelector("path");
      if (coverage === undefined || !(line instanceof SVGPathElement)) continue;
      const middle = line.getPointAtLength(line.getTotalLength() / 2);
      this.#svg?.append(
        svgElement(
          "text",
          { class: "coverage", x: middle.x, y: middle.y, "text-anchor": "middle" },
          `${count}×`,
        ),
      );
    }
  }

  /** All transitions that the chart shows. */
  get keys(): ReadonlySet<string> {
    return new Set(this.#drawn.flatMap(({ keys }) => keys));
  }

  #reveal(path: string): void {
    const state = this.#states.get(path);
    if (state === undefined) return;
    this.#shownState = path;
    const { x, y, width, height } = state.getBBox();
    this.#canvas?.reveal(x + width / 2, y + height / 2);
  }
}

/** How long ago each transition was taken, as a level: 0 is just now. */
function agesOf({ trail }: ConnectionModel, at: number): Map<string, number> {
  const levels = new Map<string, number>();
  for (const step of trail) {
    const level = Math.floor(((at - step.at) / trailMs) * trailLevels);
    const isLast = step === trail.at(-1);
    if (level >= trailLevels && !isLast) continue;
    for (const edge of step.edges) levels.set(edge, Math.max(0, Math.min(level, trailLevels)));
  }
  return levels;
}

const sourceOf = (key: string): string => key.slice(0, key.indexOf("/"));

/** The states that are active with a leaf, the root's empty path included. */
function pathsTo(leaf: string): string[] {
  const parts = leaf.split(".");
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("."))];
}

/** As a document, and not as text: nothing here turns text into markup. */
function fetchSvg(url: string): Promise<SVGSVGElement> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.onload = () => {
      const root = request.responseXML?.documentElement;
      if (root instanceof SVGSVGElement) resolve(root);
      else reject(new Error(`There is no drawing at ${url}`));
    };
    request.onerror = () => reject(new Error(`There is no drawing at ${url}`));
    request.send();
  });
}
