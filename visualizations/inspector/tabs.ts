import { byId, setAttributes } from "./dom.ts";

const names = ["chart", "sequence"] as const;

/** Statechart or sequence of the selected connection. As the pattern of tabs asks: arrow keys move between them. */
export class Tabs {
  readonly #tabs = names.map((name) => byId(`tab-${name}`, HTMLButtonElement));
  readonly #panels = names.map((name) => byId(name, HTMLElement));
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    for (const [index, tab] of this.#tabs.entries()) {
      tab.addEventListener("click", () => this.choose(index));
      tab.addEventListener("keydown", ({ key }) => {
        if (key === "ArrowRight" || key === "ArrowLeft") this.choose(1 - index, true);
      });
    }
  }

  choose(index: number, focus = false): void {
    for (const [at, tab] of this.#tabs.entries()) {
      const isChosen = at === index;
      setAttributes(tab, { "aria-selected": String(isChosen), tabindex: isChosen ? 0 : -1 });
      const panel = this.#panels[at];
      if (panel) panel.hidden = !isChosen;
      if (isChosen && focus) tab.focus();
    }
    this.#changed();
  }
}
