import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { ExternalPlugin } from "mcp-tether";
import { type Inspector, openBrowser, startInspector } from "mcp-tether/inspector";
import type { DemoOptions } from "./options.ts";
import type { Reporter } from "./report.ts";

const lookMs = 200;

/** The inspector of a run, if it was asked for. */
export class Inspection {
  readonly #inspector: Inspector | undefined;
  readonly #reporter: Reporter;

  static async start({ inspect, open }: DemoOptions, reporter: Reporter): Promise<Inspection> {
    const inspector = inspect ? await startInspector() : undefined;
    if (inspector) reporter.report({ type: "inspector", event: "started", url: inspector.url });
    if (inspector && open) openBrowser(inspector.url);
    return new Inspection(inspector, reporter);
  }

  private constructor(inspector: Inspector | undefined, reporter: Reporter) {
    this.#inspector = inspector;
    this.#reporter = reporter;
  }

  readonly watch = (plugin: ExternalPlugin): void => void this.#inspector?.attach(plugin);

  /** What happened can be looked at for as long as somebody does, or sits at the terminal and may. */
  async linger(isTerminal: boolean, signal: AbortSignal): Promise<void> {
    const inspector = this.#inspector;
    if (inspector === undefined || (!isTerminal && inspector.viewers === 0)) return;
    this.#reporter.report({ type: "inspector", event: "waiting", url: inspector.url });
    if (isTerminal && !signal.aborted) await once(signal, "abort");
    while (inspector.viewers > 0 && !signal.aborted) await wait(lookMs);
  }

  async close(): Promise<void> {
    await this.#inspector?.close();
  }
}
