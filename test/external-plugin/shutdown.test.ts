import { beforeEach, describe, expect, it } from "vitest";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import type { PluginOptions } from "../../src/options.ts";
import type { PluginState } from "../../src/plugin-status.ts";
import type { PluginCommand, PluginControl } from "../fixtures/control.ts";
import { isAlive } from "../fixtures/processes.ts";
import {
  call,
  failure,
  httpConfig,
  impatient,
  inState,
  newContext,
  newControl,
  newPlugin,
  next,
  payload,
  statesOf,
  stdioConfig,
  stdioPlugin,
} from "./support/harness.ts";
import { HttpPlugin } from "./support/http-plugin.ts";

/** What makes a process hard to end. */
const stubborn: readonly PluginCommand[] = [
  { do: "ignoreEnd" },
  { do: "onSignal", signal: "SIGTERM", reaction: "ignore" },
  { do: "grandchild", ignoreTerm: true, keepStdout: true },
];
const limitMs = 5_000;

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

async function within(ms: number, ending: Promise<void>): Promise<void> {
  const start = performance.now();
  await ending;
  expect(performance.now() - start).toBeLessThan(ms);
}

interface Way {
  readonly options?: PluginOptions;
  readonly commands?: readonly PluginCommand[];
  /** Brings the plugin into the state. What it returns will have its end by the shutdown */
  readonly go: (plugin: ExternalPlugin) => Promise<readonly Promise<unknown>[]>;
}

const ignored = (what: string): PluginCommand => ({ do: "treat", what, how: "ignore" });

async function ready(plugin: ExternalPlugin): Promise<number> {
  await plugin.initialize();
  return (await control.started()).pid;
}

async function busy(plugin: ExternalPlugin): Promise<Promise<unknown>[]> {
  await plugin.initialize();
  const calls = ["a", "b"].map((key) => failure(call(plugin, key)));
  await (await control.started()).nextCall();
  return calls;
}

const ways: Partial<Record<PluginState, Way>> = {
  idle: { go: async () => [] },
  spawning: {
    options: { commandPolicy: () => new Promise(() => {}) },
    go: async (plugin) => [failure(plugin.initialize())],
  },
  initializing: {
    commands: [...stubborn, ignored("initialize")],
    go: async (plugin) => {
      const started = failure(plugin.initialize());
      await (await control.started()).next("request");
      return [started];
    },
  },
  fetchingConfig: {
    commands: [...stubborn, ignored("get_plugin_config")],
    go: async (plugin) => {
      const started = failure(plugin.initialize());
      await inState(plugin, "fetchingConfig");
      return [started];
    },
  },
  "ready.waiting": {
    commands: stubborn,
    go: async (plugin) => {
      await ready(plugin);
      return [];
    },
  },
  "ready.invoking": { commands: [...stubborn, ignored("invoke_hook")], go: busy },
  "ready.draining": {
    commands: [...stubborn, ignored("invoke_hook")],
    go: async (plugin) => {
      const calls = await busy(plugin);
      return [...calls, plugin.shutdown({ drainMs: 60_000 })];
    },
  },
  closing: {
    commands: stubborn,
    go: async (plugin) => {
      await ready(plugin);
      return [failure(plugin.reconnect())];
    },
  },
  reconnecting: {
    commands: stubborn,
    options: { backoff: { kind: "linear", delayMs: 60_000 } },
    go: async (plugin) => {
      const pid = await ready(plugin);
      control.prepare({ do: "exit", code: 1 });
      const first = next(plugin, "reconnecting");
      process.kill(pid, "SIGKILL");
      await first;
      await next(plugin, "reconnecting");
      return [];
    },
  },
  coolingDown: {
    commands: stubborn,
    options: { backoff: { kind: "linear", attempts: 0 } },
    go: async (plugin) => {
      process.kill(await ready(plugin), "SIGKILL");
      await inState(plugin, "coolingDown");
      return [];
    },
  },
  dormant: {
    options: { idleTimeoutMs: 20 },
    go: async (plugin) => {
      await ready(plugin);
      await inState(plugin, "dormant");
      return [];
    },
  },
  stopping: {
    commands: stubborn,
    go: async (plugin) => {
      await ready(plugin);
      return [plugin.shutdown()];
    },
  },
  terminated: {
    go: async (plugin) => {
      await ready(plugin);
      await plugin.shutdown();
      return [];
    },
  },
};

describe("a shutdown", () => {
  it.each(Object.keys(ways) as PluginState[])("in %s leaves nothing", async (state) => {
    const { options, commands = [], go } = ways[state] ?? {};
    control.prepare(...commands);
    const plugin = stdioPlugin(control, { ...options, stopGraceMs: 150 });
    const over = await go?.(plugin);
    expect(plugin.status().state).toBe(state);
    await within(limitMs, plugin.shutdown());
    expect(control.survivors).toEqual([]);
    expect(plugin.status()).toMatchObject({ state: "terminated", queued: 0, inFlight: 0 });
    await Promise.all(over ?? []);
    expect(await failure(call(plugin, "late"))).toMatchObject({
      code: "STOPPED",
      outcome: "not_processed",
    });
  });

  it("with the default times ends what is stopped, deaf, or has offspring within five seconds", async () => {
    const hard: Record<string, readonly PluginCommand[]> = {
      deaf: stubborn,
      stopped: [],
      offspring: [{ do: "grandchild", keepStdout: true }],
    };
    await Promise.all(
      Object.entries(hard).map(async ([name, commands]) => {
        const own = await newControl();
        own.prepare(...commands);
        const plugin = newPlugin(stdioConfig(own));
        await plugin.initialize();
        const { pid } = await own.started();
        if (name === "stopped") process.kill(pid, "SIGSTOP");
        await within(limitMs, plugin.shutdown());
        expect([name, own.survivors]).toEqual([name, []]);
      }),
    );
  });

  it("of a process that ends with its input takes no time", async () => {
    const plugin = newPlugin(stdioConfig(control));
    await plugin.initialize();
    await within(1_400, plugin.shutdown());
    expect(plugin.status()).toMatchObject({ lastExit: { code: 0, signal: null } });
  });

  it("fails what is in flight and what waits, each with its outcome", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const [flying, waiting] = ["a", "b"].map((key) => failure(call(plugin, key)));
    await (await control.started()).nextCall();
    await plugin.shutdown();
    expect(await flying).toMatchObject({
      code: "STOPPED",
      outcome: "unknown",
      message: "Plugin Guard was stopped, while the plugin may have been at work on the call",
    });
    expect(await waiting).toMatchObject({
      code: "STOPPED",
      outcome: "not_processed",
      message: "Plugin Guard was stopped",
    });
  });

  it("is the same for all who ask, and again afterwards", async () => {
    const plugin = stdioPlugin(control);
    const ended: unknown[] = [];
    plugin.on("terminated", (event) => ended.push(event));
    await plugin.initialize();
    const first = plugin.shutdown();
    expect(plugin.shutdown()).toBe(first);
    await first;
    expect(plugin.shutdown()).toBe(first);
    expect(ended).toEqual([{ reason: "stopped", error: null }]);
  });

  it("rejects those who wait for the plugin", async () => {
    const plugin = stdioPlugin(control, { backoff: { kind: "linear", attempts: 0 } });
    const { pid } = await plugin.initialize().then(() => control.started());
    process.kill(pid, "SIGKILL");
    await inState(plugin, "coolingDown");
    const waits = [plugin.waitForReady(), plugin.waitForReady({ timeoutMs: 60_000 })].map(failure);
    await plugin.shutdown();
    for (const wait of waits) expect(await wait).toMatchObject({ code: "STOPPED" });
    for (const wait of [plugin.waitForReady(), plugin.reconnect(), plugin.initialize()])
      expect(await failure(wait)).toMatchObject({
        code: "STOPPED",
        message: "Plugin Guard has been stopped",
      });
  });

  it("in connecting leaves nothing, also while the host's headers are asked for", async () => {
    const server = await HttpPlugin.start();
    const plugin = newPlugin(httpConfig(server.url), { headers: () => new Promise(() => {}) });
    const started = failure(plugin.initialize());
    await inState(plugin, "connecting");
    await within(1_000, plugin.shutdown());
    expect(await started).toMatchObject({ code: "STOPPED" });
    expect(server.server.connections).toBe(0);
  });

  it("refuses a time that no timer can wait, and stops nothing", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    for (const drainMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(await failure(plugin.shutdown({ drainMs }))).toMatchObject({
        code: "CONFIG_INVALID",
        issues: [{ path: "drainMs", message: expect.stringContaining("milliseconds from 1 to") }],
      });
    }
    expect(plugin.status().state).toBe("ready.waiting");
    await plugin.shutdown({ drainMs: 0 });
  });
});

describe("drainMs", () => {
  const hold: PluginCommand = { do: "treat", what: "invoke_hook", how: "hold" };

  it("lets calls in flight be answered, and nothing else", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    const states = statesOf(plugin);
    await plugin.initialize();
    const context = newContext();
    const flying = plugin.invokeHook("tool_pre_invoke", payload("a"), context);
    const waiting = failure(call(plugin, "b"));
    const process_ = await control.started();
    await process_.nextCall();
    const ended = plugin.shutdown({ drainMs: 60_000 });
    expect(await waiting).toMatchObject({ code: "STOPPED", outcome: "not_processed" });
    expect(await failure(call(plugin, "c"))).toMatchObject({ code: "STOPPED" });
    expect(plugin.status()).toMatchObject({ state: "ready.draining", inFlight: 1 });
    await process_.tell({ do: "release" });
    expect(await flying).toMatchObject({ continue_processing: true });
    await ended;
    expect(states.slice(-4)).toEqual([
      "ready.invoking",
      "ready.draining",
      "stopping",
      "terminated",
    ]);
    expect(control.ledger.map(({ key }) => key)).toEqual(["a"]);
  });

  it("is over when it is over", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const flying = failure(call(plugin, "a"));
    await (await control.started()).nextCall();
    const start = performance.now();
    const ended = plugin.shutdown({ drainMs: 200 });
    expect(await flying).toMatchObject({ code: "STOPPED", outcome: "unknown" });
    expect(performance.now() - start).toBeGreaterThanOrEqual(195);
    await ended;
  });

  it("is cut short by a second shutdown", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const flying = failure(call(plugin, "a"));
    await (await control.started()).nextCall();
    const ended = plugin.shutdown({ drainMs: 60_000 });
    expect(plugin.status().state).toBe("ready.draining");
    await within(limitMs, plugin.shutdown());
    await ended;
    expect(await flying).toMatchObject({ code: "STOPPED", outcome: "unknown" });
    expect(control.survivors).toEqual([]);
  });

  it("ends with a loss", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const flying = failure(call(plugin, "a"));
    const { pid } = await control.started();
    await inState(plugin, "ready.invoking");
    const ended = plugin.shutdown({ drainMs: 60_000 });
    process.kill(pid, "SIGKILL");
    await ended;
    expect(await flying).toMatchObject({ code: "STOPPED", outcome: "unknown" });
    expect(isAlive(pid)).toBe(false);
    expect(control.starts).toBe(1);
  });
});

describe("await using", () => {
  it("shuts the plugin down at the end of its block", async () => {
    let outside: ExternalPlugin;
    {
      await using plugin = newPlugin(stdioConfig(control), impatient);
      await plugin.initialize();
      await call(plugin, "a");
      outside = plugin;
    }
    expect(outside.status().state).toBe("terminated");
    expect(control.survivors).toEqual([]);
  });

  it("also where the block throws", async () => {
    const block = async () => {
      await using plugin = newPlugin(stdioConfig(control), impatient);
      await plugin.initialize();
      throw new Error("of the block");
    };
    await expect(block()).rejects.toThrow("of the block");
    expect(control.survivors).toEqual([]);
  });
});
