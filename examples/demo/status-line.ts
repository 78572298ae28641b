import type { Paint } from "./palette.ts";
import type { Progress } from "./report.ts";
import { cutTo } from "./text-width.ts";

const refreshMs = 100;
const barWidth = 20;
const eraseLine = "\r\u001b[2K";

interface StatusOutput {
  write(text: string): void;
  readonly width: () => number;
  readonly paint: Paint;
}

/**
 * The last line of a terminal, which changes in place: how far the work is, and what takes long. Drawn every now and then
 * and not after every other line, so that it does not flicker.
 */
export class StatusLine {
  readonly #output: StatusOutput;
  readonly #timer: NodeJS.Timeout;
  #progress: Progress | undefined;
  #isShown = false;

  constructor(output: StatusOutput) {
    this.#output = output;
    this.#timer = setInterval(() => this.#draw(), refreshMs);
    this.#timer.unref();
  }

  update(progress: Progress): void {
    const isFirst = this.#progress === undefined;
    this.#progress = progress;
    if (isFirst) this.#draw();
  }

  /** Makes room for another line. */
  clear(): void {
    if (this.#isShown) this.#output.write(eraseLine);
    this.#isShown = false;
  }

  close(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(): void {
    if (this.#progress === undefined) return;
    this.clear();
    const text = cutTo(textOf(this.#progress), this.#output.width() - 1);
    this.#output.write(this.#output.paint("dim", text));
    this.#isShown = true;
  }
}

function textOf({ done, total, open }: Progress): string {
  const filled = Math.round((done / total) * barWidth);
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  const now = performance.now();
  // The first of them is what the others wait for.
  const waiting = [...open].slice(0, 1).map(({ subject, since }) => {
    return `  ${subject} for ${((now - since) / 1_000).toFixed(1)} s`;
  });
  return `${bar} ${done} of ${total}${waiting.join("")}`;
}
