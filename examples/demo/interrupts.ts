import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Why a run ends early. */
export class Interruption extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }

  /** As a shell reports a process that a signal has ended. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

/** Turns the signals that ask this process to end into an abort. A second one ends it at once. */
export class Interrupts {
  readonly #controller = new AbortController();

  constructor() {
    for (const signal of signals) process.on(signal, this.#onSignal);
    // The reader has gone, as in `npm start | head`.
    process.stdout.on("error", this.#onBrokenPipe);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  release(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const interruption = new Interruption(signal);
    if (this.#controller.signal.aborted) process.exit(interruption.exitCode);
    this.#controller.abort(interruption);
  };

  readonly #onBrokenPipe = (): void => {
    this.#controller.abort(new Interruption("SIGPIPE"));
  };
}
