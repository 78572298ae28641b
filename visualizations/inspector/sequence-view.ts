import { byId, Pool, Size, setAttributes, setText, svgElement } from "./dom.ts";
import { plural } from "./format.ts";
import type { Frame, View } from "./frame.ts";
import { sequenceOf } from "./sequence-facts.ts";
import {
  type Arrow,
  arrowsOf,
  type Bar,
  type Block,
  barsOf,
  head,
  laneWidth,
  lineHeight,
  phaseBlock,
  places,
  processBlocks,
  timesOf,
} from "./sequence-geometry.ts";
import { Seeker, type TraceStore } from "./trace-store.ts";

/** Above the picture */
const toolsHeight = 40;

/** Host, machine, session and plugin as lifelines: time goes down, the present is at the bottom. */
export class SequenceView implements View {
  readonly #panel = byId("sequence", HTMLElement);
  readonly #size = new Size(this.#panel);
  readonly #svg = byId("sequence-svg", SVGSVGElement);
  readonly #note = byId("sequence-note", HTMLElement);
  readonly #window = byId("sequence-window", HTMLSelectElement);
  readonly #lines: Pool<SVGGElement, { x: number; name: string }>;
  readonly #times: Pool<SVGGElement, { y: number; text: string }>;
  readonly #phases: Pool<SVGGElement, Block>;
  readonly #processes: Pool<SVGGElement, Block>;
  readonly #bars: Pool<SVGGElement, Bar>;
  readonly #arrows: Pool<SVGLineElement, Arrow>;
  #store: TraceStore | undefined;
  #seeker: Seeker | undefined;
  #height = 0;
  #width = 0;

  constructor() {
    const group = (name: string): SVGGElement => {
      const made = svgElement("g", { class: name });
      this.#svg.append(made);
      return made;
    };
    this.#times = new Pool(group("times"), makeTime, (g, item) => this.#showTime(g, item));
    this.#lines = new Pool(group("lifelines"), makeLine, (g, item) => this.#showLine(g, item));
    this.#phases = new Pool(group("phases"), makeBlock, showBlock);
    this.#processes = new Pool(group("processes"), makeBlock, showBlock);
    this.#arrows = new Pool(group("arrows"), () => svgElement("line"), showArrow);
    this.#bars = new Pool(group("bars"), makeBar, showBar);
  }

  show(frame: Frame): void {
    if (this.#panel.hidden) return;
    if (frame.store !== this.#store) {
      this.#store = frame.store;
      this.#seeker = new Seeker(frame.store);
    }
    if (this.#seeker === undefined) return;
    this.#measure();
    const facts = sequenceOf(frame, Number(this.#window.value), this.#seeker);
    const y = (at: number): number =>
      head + ((at - facts.begin) / (facts.end - facts.begin)) * (this.#height - head - 4);
    const isHttp = frame.selected?.transport === "http";
    this.#lines.show(
      Object.entries(places).map(([name, share]) => ({
        x: share * this.#width,
        name: name === "process" && isHttp ? "server" : name,
      })),
    );
    this.#times.show(timesOf(facts, y));
    this.#phases.show(facts.phases.map((phase) => phaseBlock(phase, y, this.#width)));
    this.#processes.show(processBlocks(facts.processes, y, this.#width));
    const bars = barsOf(facts, y, this.#width);
    this.#bars.show(bars);
    this.#arrows.show(arrowsOf(facts, y, this.#width));
    const open = facts.calls.filter(({ end }) => end === "open").length;
    const failed = facts.calls.filter(({ end }) => end === "failed").length;
    const hidden = facts.hidden > 0 ? `, ${facts.hidden} more` : "";
    setText(
      this.#note,
      `${plural(facts.calls.length, "call")}, ${failed} failed, ${open} open${hidden}`,
    );
  }

  #measure(): void {
    const { width } = this.#size;
    const height = Math.max(head + 40, this.#size.height - toolsHeight);
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    setAttributes(this.#svg, { viewBox: `0 0 ${width} ${height}`, width, height });
  }

  #showLine(line: SVGGElement, { x, name }: { x: number; name: string }): void {
    const [stem, label] = line.children;
    if (!stem || !label) return;
    setAttributes(stem, { x1: x, x2: x, y1: head - 8, y2: this.#height });
    setAttributes(label, { x, y: 16 });
    setText(label, name);
  }

  #showTime(mark: SVGGElement, { y, text }: { y: number; text: string }): void {
    const [line, label] = mark.children;
    if (!line || !label) return;
    setAttributes(line, { x1: 0, x2: this.#width, y1: y, y2: y });
    setAttributes(label, { x: this.#width - 4, y: y - 3 });
    setText(label, text);
  }
}
const makeTime = (): SVGGElement =>
  svgElement("g", {}, svgElement("line"), svgElement("text", { "text-anchor": "end" }));

const makeLine = (): SVGGElement =>
  svgElement("g", {}, svgElement("line"), svgElement("text", { "text-anchor": "middle" }));

const makeBlock = (): SVGGElement =>
  svgElement("g", {}, svgElement("rect", { rx: 2 }), svgElement("text"), svgElement("text"));

const makeBar = (): SVGGElement =>
  svgElement("g", {}, svgElement("rect", { rx: 2 }), svgElement("text"), svgElement("title"));

function showBlock(block: SVGGElement, { x, y, width, height, kind, label, mark }: Block): void {
  const [rect, text, end] = block.children;
  if (!rect || !text || !end) return;
  setAttributes(block, { "data-phase": kind });
  setAttributes(rect, { x, y, width, height });
  setAttributes(text, { x: x - 6, y: y + 11, "text-anchor": "end" });
  setText(text, height >= lineHeight ? label : "");
  setAttributes(end, { x: x - 6, y: y + height - 2, "text-anchor": "end", class: "exit" });
  setText(end, mark);
}

function showBar(bar: SVGGElement, { x, y, height, kind, label, title }: Bar): void {
  const [rect, text, tip] = bar.children;
  if (!rect || !text || !tip) return;
  setAttributes(bar, { "data-kind": kind });
  setAttributes(rect, { x, y: round(y), width: laneWidth - 3, height: round(height) });
  setAttributes(text, { x: x + laneWidth + 1, y: round(y + 10) });
  setText(text, label);
  setText(tip, title);
}

function showArrow(arrow: SVGLineElement, { x1, x2, y, kind }: Arrow): void {
  setAttributes(arrow, {
    x1,
    x2,
    y1: round(y),
    y2: round(y),
    class: kind,
    "marker-end": `url(#tip-${kind})`,
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
