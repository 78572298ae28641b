import { rmSync, symlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { SessionCommand, SessionFact } from "../../../machines/index.ts";
import type { PluginConfigInput } from "../../../src/models/plugin-config.ts";
import type { PluginOptions } from "../../../src/options.ts";
import { PluginControl, type RemotePlugin } from "../../fixtures/control.ts";
import { eventually, isAlive } from "../../fixtures/processes.ts";
import { pluginName } from "./bounds.ts";
import { isClosing } from "./causes.ts";
import { soon } from "./difference.ts";
import { type FarEnd, type Gate, SlowPolicy } from "./far-end.ts";
import type { RealStep } from "./paths.ts";
import type { Outlook } from "./plan.ts";
import { configuration, strangeVersion, toolResult } from "./wire.ts";

// The plugin is run as it is, also by what was built of this.
const isSource = import.meta.url.endsWith(".ts");
const fixture = fileURLToPath(
  new URL(`${isSource ? "../../" : "../../../../test/"}fixtures/stdio/plugin.mjs`, import.meta.url),
);

/** One opening: a process, from the moment at which it may be started. */
interface Opening {
  readonly generation: number;
  readonly gate: Gate<boolean>;
  plugin?: RemotePlugin;
  /** JSON-RPC ids of what is held, by what was asked: a phase, or the number of a call */
  readonly held: Map<string | number, string | number>;
}

/** A plugin that is a child process. It holds every request, and ignores the end of its input and SIGTERM. */
export class ProcessFarEnd implements FarEnd {
  readonly #control: PluginControl;
  readonly #directory: string;
  readonly #policy = new SlowPolicy();
  readonly #openings: Opening[] = [];

  private constructor(control: PluginControl, directory: string) {
    this.#control = control;
    this.#directory = directory;
    control.prepare(
      ...["initialize", "get_plugin_config", "invoke_hook"].map(
        (what) => ({ do: "treat", what, how: "hold" }) as const,
      ),
      { do: "ignoreEnd" },
      { do: "onSignal", signal: "SIGTERM", reaction: "ignore" },
    );
  }

  static async start(): Promise<ProcessFarEnd> {
    const directory = await mkdtemp(path.join(tmpdir(), "real-"));
    return new ProcessFarEnd(await PluginControl.create(), directory);
  }

  get config(): PluginConfigInput {
    const cmd = [this.#command, fixture];
    return {
      name: pluginName,
      kind: "external",
      mcp: { proto: "STDIO", cmd, env: this.#control.env },
    };
  }

  get options(): PluginOptions {
    return { commandPolicy: this.#policy.ask };
  }

  get alive(): number[] {
    return this.#openings
      .filter(({ plugin }) => plugin && isAlive(plugin.pid))
      .map(({ generation }) => generation);
  }

  sends(id: number): number[] {
    return this.#openings.flatMap(({ generation, plugin }) =>
      (plugin?.events ?? []).flatMap((event) =>
        event.event === "ran" && event.key === id ? [generation] : [],
      ),
    );
  }

  async receive({ from, to }: RealStep): Promise<void> {
    const { spawned = [], commands = [] } = to.arrival?.effects ?? {};
    for (const generation of spawned) await this.#begin(generation);
    // It is told to close once more by a stop, and has nothing more to do.
    if (isClosing(from)) return;
    for (const command of commands) await this.#hear(command);
  }

  async #begin(generation: number): Promise<void> {
    rmSync(this.#command, { force: true });
    symlinkSync(process.execPath, this.#command);
    const gate = await soon(this.#policy.next(), () => "the question whether to run the command");
    this.#openings.push({ generation, gate, held: new Map() });
  }

  async #hear(command: SessionCommand): Promise<void> {
    const { plugin, held } = this.#current;
    switch (command.type) {
      case "session.initialize":
        this.#current.plugin = await soon(this.#control.started(), () => "the process");
        await this.#hold("initialize");
        break;
      case "session.fetchConfig":
        await this.#hold("get_plugin_config");
        break;
      case "session.call":
        for (const { request } of command.calls) {
          const { id } = await this.#next("ran", ({ key }) => key === request.id);
          held.set(request.id, id);
        }
        break;
      case "session.cancel":
        for (const _ of command.ids)
          await this.#next("notification", ({ method }) => method === "notifications/cancelled");
        break;
      case "session.close":
        if (plugin && isAlive(plugin.pid)) await this.#next("stdinEnded");
    }
  }

  async #hold(kind: string): Promise<void> {
    const { id } = await this.#next("request", (request) => request.kind === kind);
    this.#current.held.set(kind, id);
  }

  async bringAbout(step: RealStep, outlook: Outlook): Promise<string | undefined> {
    const fact = step.move.event as SessionFact;
    switch (fact.type) {
      case "session.opened":
        this.#current.gate.open(true);
        return undefined;
      case "session.initialized":
        await this.#plugin.tell({ do: "release" });
        return undefined;
      case "session.configured":
        await this.#answer("get_plugin_config", toolResult(configuration(fact.hooks)));
        return undefined;
      case "hooks.answered":
        await this.#plugin.tell({
          do: "release",
          ids: fact.ids.map((id) => this.#takeHeld(id)),
          form: fact.successful ? "result" : "error",
          together: true,
        });
        return undefined;
      case "session.lost":
        return await this.#lose(step.from.leaf, fact.fault.fatal, outlook);
      case "session.closed":
        await this.#plugin.tell({ do: "exit", code: 0 });
        return undefined;
    }
  }

  /** Where the closing is to take its time, the process must live. */
  async #lose(leaf: string, isFatal: boolean, { isHeld }: Outlook): Promise<string> {
    if (leaf === "spawning") {
      if (!isFatal) rmSync(this.#command);
      this.#current.gate.open(!isFatal);
      return isFatal ? "CONFIG_INVALID" : "SPAWN_FAILED";
    }
    if (isFatal && leaf === "initializing") {
      await this.#answer("initialize", strangeVersion);
      return "VERSION_UNSUPPORTED";
    }
    if (isFatal) {
      await this.#plugin.tell({ do: "release", form: "error" });
      return "CONFIG_FETCH_FAILED";
    }
    if (isHeld) {
      await this.#plugin.tell({ do: "write", text: rubbish });
      return "INVALID_RESPONSE";
    }
    if (leaf.startsWith("ready.")) await this.#plugin.tell({ do: "die", signal: "SIGKILL" });
    else await this.#plugin.tell({ do: "exit", code: 1 });
    return codes[leaf] ?? "SESSION_LOST";
  }

  async #answer(kind: string, result: object): Promise<void> {
    const answer = { jsonrpc: "2.0", id: this.#takeHeld(kind), result };
    await this.#plugin.tell({ do: "write", text: `${JSON.stringify(answer)}\n` });
  }

  #takeHeld(what: string | number): string | number {
    const { held } = this.#current;
    const id = held.get(what);
    if (id === undefined) throw new Error(`${what} is not held`);
    held.delete(what);
    return id;
  }

  async vanish(): Promise<void> {
    throw new Error("a process cannot be gone without its host's knowledge");
  }

  async letGo(passGrace: (() => void) | undefined): Promise<void> {
    this.#policy.letGo();
    const plugins = this.#openings.flatMap(({ plugin }) => plugin ?? []);
    for (const plugin of plugins.filter(({ pid }) => isAlive(pid))) {
      if (passGrace) await this.#seeKilled(plugin, passGrace);
      else await plugin.tell({ do: "exit", code: 0 });
    }
  }

  /** It does nothing by itself, neither at the end of its input nor after SIGTERM. */
  async #seeKilled(plugin: RemotePlugin, passGrace: () => void): Promise<void> {
    const isEnded = plugin.events.some(({ event }) => event === "stdinEnded");
    if (!isEnded) await this.#next("stdinEnded");
    passGrace();
    await this.#next("signal", ({ signal }) => signal === "SIGTERM");
    passGrace();
    await soon(plugin.disconnected, () => "the end of the process, by SIGKILL");
  }

  async leftovers(): Promise<readonly string[]> {
    // Of those that were given up nobody tells when they have ended.
    await eventually(() => this.alive.length === 0, "the end of all processes");
    return this.#control.survivors.map((pid) => `process ${pid}`);
  }

  async close(): Promise<void> {
    await this.#control.close();
    await rm(this.#directory, { recursive: true });
  }

  get #command(): string {
    return path.join(this.#directory, "node");
  }

  get #current(): Opening {
    const opening = this.#openings.at(-1);
    if (!opening) throw new Error("nothing was opened");
    return opening;
  }

  get #plugin(): RemotePlugin {
    const { plugin } = this.#current;
    if (!plugin) throw new Error("no process was started");
    return plugin;
  }

  #next: RemotePlugin["next"] = (name, matches) =>
    soon(this.#plugin.next(name, matches), () => `the plugin's event ${name}`);
}

/** More lines than a plugin may print that are no messages */
const rubbish = "This is no message.\n".repeat(200);

const codes: Readonly<Record<string, string>> = {
  initializing: "INITIALIZE_FAILED",
  fetchingConfig: "CONFIG_FETCH_FAILED",
};
