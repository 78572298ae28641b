import { appendFileSync } from "node:fs";

/** One line of a ledger. */
export interface LedgerEntry {
  /** Milliseconds since 1970 */
  readonly at: number;
  /** The process that ran the hook */
  readonly pid: number;
  readonly plugin: string;
  readonly hook: string;
  /** `global_context.request_id` of the call */
  readonly request: string;
  readonly event: "begun" | "ended" | "failed";
}

/** The variable that names the file. Without it, nothing is kept. */
export const ledgerVariable = "PLUGIN_LEDGER";

interface Context {
  readonly global_context: { readonly request_id: string };
}

/**
 * Keeps in a file which hook ran when, how often, and whether to its end: a line before and a line after each run. It
 * outlives the process, so that also a run that was killed can be told from one that never was, and from two.
 */
export class Ledger {
  readonly #file: string | undefined;
  readonly #plugin: string;

  static fromEnvironment(plugin: string): Ledger {
    return new Ledger(plugin, process.env[ledgerVariable]);
  }

  private constructor(plugin: string, file: string | undefined) {
    this.#plugin = plugin;
    this.#file = file;
  }

  /** Does the work of a hook between its two lines. */
  async run<T>(hook: string, context: Context, work: () => T | Promise<T>): Promise<T> {
    const request = context.global_context.request_id;
    this.#write({ hook, request, event: "begun" });
    try {
      const result = await work();
      this.#write({ hook, request, event: "ended" });
      return result;
    } catch (error) {
      this.#write({ hook, request, event: "failed" });
      throw error;
    }
  }

  #write(entry: Pick<LedgerEntry, "hook" | "request" | "event">): void {
    if (this.#file === undefined) return;
    const line: LedgerEntry = {
      at: Date.now(),
      pid: process.pid,
      plugin: this.#plugin,
      ...entry,
    };
    // One write to a file that is opened for appending: several processes share it, and their lines do not mix.
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}
