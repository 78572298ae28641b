import type { PluginConfigInput } from "../../../src/models/plugin-config.ts";
import type { PluginOptions } from "../../../src/options.ts";
import type { RealStep } from "./paths.ts";
import type { Outlook } from "./plan.ts";

/** The other side of a connection: the real thing, which does nothing unless the path says so. */
export interface FarEnd {
  readonly config: PluginConfigInput;
  readonly options: PluginOptions;
  /** Generations of which something lives: a process that runs, a session that the server knows */
  readonly alive: readonly number[];
  /** Generations of the sessions in which a call came, one for each time that it came */
  sends(id: number): number[];
  /** Waits for what the connection has sent in a step. */
  receive(step: RealStep, outlook: Outlook): Promise<void>;
  /** Brings about a fact of the session. Gives the code of the fault, if it is one. */
  bringAbout(step: RealStep, outlook: Outlook): Promise<string | undefined>;
  /** From now on it is not there, whoever calls. */
  vanish(): Promise<void>;
  /**
   * The connection has been stopped, and nothing is held back any more. With `passGrace`, by which the time of a step of
   * stopping is over, what can be ended by force has to be.
   */
  letGo(passGrace: (() => void) | undefined): Promise<void>;
  /** Resolves with what is left when all should be over. */
  leftovers(): Promise<readonly string[]>;
  /** Ends it, whatever there is. */
  close(): Promise<void>;
}

/** A promise that somebody else settles. */
export class Gate<T> {
  readonly #promise: Promise<T>;
  open: (value: T) => void = () => {};

  constructor() {
    this.#promise = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  get opened(): Promise<T> {
    return this.#promise;
  }
}

/** A host's policy that takes its time. */
export class SlowPolicy {
  readonly #asked: Gate<boolean>[] = [];
  #taken = 0;
  #wake: () => void = () => {};

  readonly ask = (): Promise<boolean> => {
    const gate = new Gate<boolean>();
    this.#asked.push(gate);
    this.#wake();
    return gate.opened;
  };

  /** The next question, now or when it is asked. */
  async next(): Promise<Gate<boolean>> {
    for (;;) {
      const gate = this.#asked[this.#taken];
      if (gate) {
        this.#taken += 1;
        return gate;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Everything may be. */
  letGo(): void {
    for (const gate of this.#asked) gate.open(true);
  }
}
