import { byId, setAttributes, setText } from "./dom.ts";
import type { Frame, Place } from "./frame.ts";

const tickMs = 50;

/** Goes through the past: record by record, or as fast as it happened. */
export class Player {
  readonly #frame: () => Frame;
  readonly #go: (place: Place | null) => void;
  readonly #button = byId("timeline-play", HTMLButtonElement);
  readonly #speed = byId("timeline-speed", HTMLSelectElement);
  #timer: number | undefined;

  constructor(frame: () => Frame, go: (place: Place | null) => void) {
    this.#frame = frame;
    this.#go = go;
    byId("timeline-back", HTMLElement).addEventListener("click", () => this.step(-1));
    byId("timeline-on", HTMLElement).addEventListener("click", () => this.step(1));
    this.#button.addEventListener("click", () => this.toggle());
  }

  /** To the next record of the selected connection, or the one before. */
  step(direction: 1 | -1): void {
    this.#stop();
    const { store, count, selected } = this.#frame();
    const find = (from: number): number => {
      let place = from;
      while (store.entry(place) && store.entry(place)?.record.connection !== selected?.id)
        place += direction;
      return place;
    };
    // The record before the place is the one that is shown: back is to the one before that.
    const place = find(direction === 1 ? count : count - 1);
    const isShown = direction === -1 && place === count - 1;
    const target = isShown ? find(place - 1) : place;
    const record = store.entry(target)?.record;
    if (record) this.#go({ at: record.at, count: target + 1 });
  }

  toggle(): void {
    const { isLive, at } = this.#frame();
    if (this.#timer !== undefined) this.#stop();
    // There is nothing to be played after the present, so it stands still.
    else if (isLive) this.#go({ at });
    else this.#start();
  }

  #start(): void {
    const { at, store } = this.#frame();
    if (at >= store.endAt) this.#go({ at: store.beginAt });
    let before = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#play((now - before) * Number(this.#speed.value));
      before = now;
    }, tickMs);
    this.show();
  }

  #play(ms: number): void {
    const { isLive, at, store } = this.#frame();
    if (isLive || at >= store.endAt) this.#stop();
    else this.#go({ at: Math.min(store.endAt, at + ms) });
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.show();
  }

  /** What the button would do. */
  show(): void {
    const isPlaying = this.#timer !== undefined;
    setText(this.#button, isPlaying || this.#frame().isLive ? "Pause" : "Play");
    setAttributes(this.#button, { "aria-pressed": String(isPlaying) });
  }
}
