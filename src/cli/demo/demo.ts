import { fileURLToPath } from "node:url";
import { ExternalPlugin } from "../../external-plugin.ts";
import type { PluginOptions } from "../../options.ts";
import type { Subject } from "../subject.ts";
import { runLoad } from "./demo-load.ts";
import { type DemoManner, mannerArgs } from "./demo-manner.ts";
import { DemoOutage } from "./demo-outage.ts";

const script = fileURLToPath(new URL("./demo-server.js", import.meta.url));

const options: PluginOptions = {
  stopGraceMs: 500,
  backoff: { kind: "linear", attempts: 3, delayMs: 700 },
};

/** Plugins that live through what plugins live through, and calls for them. Nothing leaves this machine. */
export class Demo implements Subject {
  readonly plugins: readonly ExternalPlugin[];
  readonly #outage: DemoOutage;
  readonly #end = new AbortController();
  readonly #tasks: Promise<void>[] = [];

  static async create(): Promise<Demo> {
    return new Demo(await DemoOutage.start("PolicyHub"));
  }

  private constructor(outage: DemoOutage) {
    this.#outage = outage;
    this.plugins = [
      overStdio({ name: "PiiMasker", leastMs: 2, mostMs: 20, deadly: 0 }),
      overStdio({ name: "ToneGuard", leastMs: 60, mostMs: 220, deadly: 0 }),
      overStdio({ name: "FlakyAudit", leastMs: 10, mostMs: 60, deadly: 0.012 }),
      new ExternalPlugin(
        { name: "PolicyHub", kind: "external", mcp: { proto: "STREAMABLEHTTP", url: outage.url } },
        { ...options, maxInFlight: 4 },
      ),
      overStdio(
        { name: "NightlyReport", leastMs: 5, mostMs: 10, deadly: 0 },
        { lazy: true, idleTimeoutMs: 4_000 },
      ),
    ];
  }

  /** Starts the plugins, and the calls to them. */
  async start(): Promise<void> {
    const { signal } = this.#end;
    this.#tasks.push(this.#outage.run(signal));
    const [masker, tone, audit, hub, report] = this.plugins;
    if (!masker || !tone || !audit || !hub || !report) return;
    await Promise.all(
      [masker, tone, audit, hub].map((plugin) =>
        // Somebody may end it before they are ready.
        plugin.initialize().catch(() => {}),
      ),
    );
    const loads = [
      { plugin: masker, pauseMs: 60, burst: 3 },
      { plugin: tone, pauseMs: 400, burst: 4 },
      { plugin: audit, pauseMs: 150, burst: 3 },
      { plugin: hub, pauseMs: 120, burst: 5 },
      { plugin: report, pauseMs: 9_000, burst: 2 },
    ];
    this.#tasks.push(...loads.map((load) => runLoad(load, signal)));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.plugins.map((plugin) => plugin.shutdown()));
    await Promise.all(this.#tasks);
  }
}

function overStdio(manner: DemoManner, more: PluginOptions = {}): ExternalPlugin {
  return new ExternalPlugin(
    {
      name: manner.name,
      kind: "external",
      mcp: { proto: "STDIO", cmd: [process.execPath, script, ...mannerArgs(manner)] },
    },
    { ...options, ...more },
  );
}
