import { createHash } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";

const limit = 100;
const windowMs = 10_000;
const shownBytes = 1_000;

/** Counts the lines on a plugin's stdout that are no messages. Some print there by mistake; one that never stops is broken. */
export class GarbageMeter {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #exposeText: boolean;
  #recent: number[] = [];
  #total = 0;

  constructor(clock: Clock, logger: Logger, exposeText: boolean) {
    this.#clock = clock;
    this.#logger = logger;
    this.#exposeText = exposeText;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes note of a line. False when there are more than 100 within 10 s. */
  add(line: Buffer): boolean {
    const now = this.#clock.now();
    this.#total++;
    this.#recent = this.#recent.filter((at) => now - at < windowMs);
    this.#recent.push(now);
    this.#logger.warn("ignored a line on stdout that is no JSON-RPC message", {
      bytes: line.length,
      sha256: createHash("sha256").update(line).digest("hex").slice(0, 8),
      ignoredLines: this.#total,
      ...(this.#exposeText && { text: line.toString("utf8", 0, shownBytes) }),
    });
    return this.#recent.length <= limit;
  }
}
