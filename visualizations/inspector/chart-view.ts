import type { ConnectionModel } from "../../src/inspector/trace/model.ts";
import { ChartCanvas } from "./chart-canvas.ts";
import { ChartMap } from "./chart-map.ts";
import type { Coverage } from "./coverage.ts";
import { CoverageNumbers } from "./coverage-numbers.ts";
import { byId, element, Pool, setAttributes, setText } from "./dom.ts";
import type { Frame, View } from "./frame.ts";
import { pathsTo, Statechart } from "./statechart.ts";

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
  readonly #heading = byId("chart-possible-title", HTMLElement);
  readonly #map = new ChartMap();
  #canvas: ChartCanvas | undefined;
  #svg: SVGSVGElement | undefined;
  #states = new Map<string, SVGGraphicsElement>();
  #drawn: readonly Drawn[] = [];
  #statechart: Statechart | undefined;
  #numbers: CoverageNumbers | undefined;
  #coverage: Coverage | undefined;
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
    const [svg, statechart] = await Promise.all([fetchSvg(chartUrl), Statechart.load()]);
    const own = document.importNode(svg, true);
    this.#window.replaceChildren(own);
    this.#svg = own;
    this.#statechart = statechart;
    for (const state of own.querySelectorAll<SVGGraphicsElement>("[data-state]"))
      this.#states.set(state.getAttribute("data-state") ?? "", state);
    this.#map.draw(own, this.#states);
    this.#canvas = new ChartCanvas(this.#window, own, (view) => this.#map.showSight(view));
    this.#drawn = [...own.querySelectorAll<SVGElement>("[data-transitions]")].map((drawn) => ({
      keys: (drawn.getAttribute("data-transitions") ?? "").split(" ").filter(Boolean),
      element: drawn,
    }));
    this.#canvas.fit();
  }

  show({ selected, at }: Frame): void {
    const statechart = this.#statechart;
    if (this.#panel.hidden || statechart === undefined || selected === undefined) return;
    const { state } = selected;
    const active = new Set(pathsTo(state));
    for (const [path, drawn] of this.#states) {
      const activity = path === state ? "leaf" : active.has(path) ? "around" : null;
      setAttributes(drawn, { "data-active": activity });
    }
    const possible = statechart.possibleFrom(selected);
    this.#showTransitions(new Set(possible.map(({ key }) => key)), agesOf(selected, at));
    if (this.#coverage === undefined) {
      setText(this.#heading, possible.length > 0 ? `From ${state} it may` : `${state}: the end`);
      this.#possible.show([...new Set(possible.map(({ text }) => text))]);
    }
    this.#map.showState(state);
    if (this.#follow.checked && this.#shownState !== state) this.#reveal(state);
  }

  #showTransitions(possible: ReadonlySet<string>, ages: ReadonlyMap<string, number>): void {
    for (const { keys, element: drawn } of this.#drawn) {
      const levels = keys.map((key) => ages.get(key)).filter((level) => level !== undefined);
      setAttributes(drawn, {
        "data-trail": levels.length > 0 ? Math.min(...levels) : null,
        "data-possible": keys.some((key) => possible.has(key)) ? "true" : "false",
      });
    }
  }

  /** Draws over the lines how often each was taken. `undefined` takes it away. */
  cover(coverage: Coverage | undefined): void {
    this.#coverage = coverage;
    this.#numbers?.remove();
    this.#numbers = this.#svg && coverage && new CoverageNumbers(this.#svg);
    setAttributes(this.#panel, { "data-covered": coverage !== undefined });
    for (const { keys, element: drawn } of this.#drawn) {
      const count = keys.reduce((sum, key) => sum + (coverage?.counts.get(key) ?? 0), 0);
      const isUncovered = keys.some((key) => !coverage?.counts.get(key));
      setAttributes(drawn, { "data-uncovered": coverage !== undefined && isUncovered });
      const line = drawn.querySelector("path");
      if (line instanceof SVGPathElement) this.#numbers?.add(line, count);
    }
    if (coverage !== undefined) this.#listCounts(coverage);
  }

  /** Those too that have no line, since the state stays: the least taken first. */
  #listCounts({ counts }: Coverage): void {
    const all = this.#statechart?.transitions ?? [];
    const counted = all.map(({ key }) => ({ key, count: counts.get(key) ?? 0 }));
    setText(this.#heading, "Taken how often");
    this.#possible.show(
      counted.sort((a, b) => a.count - b.count).map(({ key, count }) => `${count}× ${key}`),
    );
  }

  /** All transitions that the chart shows. */
  get keys(): ReadonlySet<string> {
    return new Set(this.#statechart?.transitions.map(({ key }) => key));
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
