import { byId, setAttributes, setText } from "./dom.ts";
import type { Frame } from "./frame.ts";

const tickMs = 50;

/** Goes through the past: record by record, or as fast as it happened. */
export class Player {
  readonly #frame: () => Frame;
  readonly #go: (at: number | null) => void;
  readonly #button = byId("timeline-play", HTMLButtonElement);
  readonly #speed = byId("timeline-speed", HTMLSelectElement);
  #timer: number | undefined;

  constructor(frame: () => Frame, go: (at: number | null) => void) {
    this.#frame = frame;
    this.#go = go;
    byId("timeline-back", HTMLElement).addEventListener("click", () => this.step(-1));
    byId("timeline-on", HTMLElement).addEventListener("click", () => this.step(1));
    this.#button.addEventListener("click", () => this.toggle());
  }

  /** To the next record of the selected connection, or the one before. */
  step(direction: 1 | -1): void {
    this.#stop();
    const { store, count, at, selected } = this.#frame();
    const isOther = (place: number): boolean => {
      const record = store.entry(place)?.record;
      return record === undefined || record.connection !== selected?.id || record.at === at;
    };
    let place = direction === 1 ? count : count - 1;
    while (place >= store.first && place < store.count && isOther(place)) place += direction;
    const record = store.entry(place)?.record;
    if (record) this.#go(record.at);
  }

  toggle(): void {
    const { isLive, at } = this.#frame();
    if (this.#timer !== undefined) this.#stop();
    // There is nothing to be played after the present, so it stands still.
    else if (isLive) this.#go(at);
    else this.#start();
  }

  #start(): void {
    const { at, store } = this.#frame();
    if (at >= store.endAt) this.#go(store.beginAt);
    let before = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#play((now - before) * Number(this.#speed.value));
      before = now;
    }, tickMs);
    this.#show();
  }

  #play(ms: number): void {
    const { isLive, at, store } = this.#frame();
    if (isLive || at >= store.endAt) this.#stop();
    else this.#go(Math.min(store.endAt, at + ms));
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#show();
  }

  #show(): void {
    const isPlaying = this.#timer !== undefined;
    setText(this.#button, isPlaying ? "Pause" : "Play");
    setAttributes(this.#button, { "aria-pressed": String(isPlaying) });
  }
}
