import type { DemoReport, Reporter } from "./report.ts";

/** Reports for programs: one JSON object per line, with the time since the start in milliseconds. */
export class JsonLines implements Reporter {
  readonly #begun = performance.now();
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  report(report: DemoReport): void {
    const at = performance.now() - this.#begun;
    const line = JSON.stringify({ at, ...report }, (_key, value) =>
      // Microseconds are enough.
      typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value,
    );
    this.#write(`${line}\n`);
  }

  progress(): void {
    // Whoever reads this counts the lines.
  }

  close(): void {
    // Nothing is held back.
  }
}
