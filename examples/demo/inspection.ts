import { setTimeout as wait } from "node:timers/promises";
import type { ExternalPlugin } from "mcp-tether";
import { type Inspector, openBrowser, startInspector } from "mcp-tether/inspector";
import type { DemoOptions } from "./options.ts";
import type { Reporter } from "./report.ts";

const lookMs = 200;
/** A browser that was asked for may take so long until it shows the page. */
const openingMs = 10_000;

/** The inspector of a run, if it was asked for. */
export class Inspection {
  readonly #inspector: Inspector | undefined;
  readonly #reporter: Reporter;
  /** When nobody is expected any more who is not there yet */
  readonly #awaitedUntil: number;

  static async start({ inspect, open }: DemoOptions, reporter: Reporter): Promise<Inspection> {
    const inspector = inspect ? await startInspector() : undefined;
    if (inspector) reporter.report({ type: "inspector", event: "started", url: inspector.url });
    if (inspector && open) openBrowser(inspector.url);
    return new Inspection(inspector, reporter, open ? performance.now() + openingMs : 0);
  }

  private constructor(inspector: Inspector | undefined, reporter: Reporter, awaitedUntil: number) {
    this.#inspector = inspector;
    this.#reporter = reporter;
    this.#awaitedUntil = awaitedUntil;
  }

  readonly watch = (plugin: ExternalPlugin): void => void this.#inspector?.attach(plugin);

  /** What happened can be looked at for as long as somebody does, or sits at the terminal and may. */
  async linger(isTerminal: boolean, signal: AbortSignal): Promise<void> {
    const inspector = this.#inspector;
    if (inspector === undefined) return;
    const isWanted = (): boolean =>
      isTerminal || inspector.viewers > 0 || performance.now() < this.#awaitedUntil;
    if (!isWanted()) return;
    this.#reporter.report({ type: "inspector", event: "waiting", url: inspector.url });
    // It is the timers that keep the process alive: the inspector does not.
    while (isWanted() && !signal.aborted) await wait(lookMs);
  }

  async close(): Promise<void> {
    await this.#inspector?.close();
  }
}
