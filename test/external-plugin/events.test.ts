import { beforeEach, describe, expect, it } from "vitest";
import type { Logger } from "../../src/logger.ts";
import type { PluginControl } from "../fixtures/control.ts";
import {
  call,
  failure,
  inState,
  newContext,
  newControl,
  next,
  payload,
  stdioPlugin,
} from "./support/harness.ts";

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

class KeptLog implements Logger {
  readonly lines: [level: string, message: string, fields?: Record<string, unknown>][] = [];

  debug(message: string, fields?: Record<string, unknown>): void {
    this.#keep("debug", message, fields);
  }

  info(message: string, fields?: Record<string, unknown>): void {
    this.#keep("info", message, fields);
  }

  warn(message: string, fields?: Record<string, unknown>): void {
    this.#keep("warn", message, fields);
  }

  error(message: string, fields?: Record<string, unknown>): void {
    this.#keep("error", message, fields);
  }

  #keep(level: string, message: string, fields?: Record<string, unknown>): void {
    this.lines.push(fields === undefined ? [level, message] : [level, message, fields]);
  }
}

describe("on", () => {
  it("tells the whole life of a plugin, in order", async () => {
    const plugin = stdioPlugin(control, {
      backoff: { kind: "linear", attempts: 1 },
      random: () => 0,
    });
    const told: string[] = [];
    plugin.on("stateChange", ({ from, to, generation }) =>
      told.push(`${from} > ${to} in ${generation}`),
    );
    plugin.on("ready", ({ generation }) => told.push(`ready in ${generation}`));
    plugin.on("reconnecting", ({ attempt, delayMs, cause }) =>
      told.push(`attempt ${attempt} in ${delayMs} ms after ${cause?.code}`),
    );
    plugin.on("coolingDown", ({ cause }) => told.push(`cooling down after ${cause?.code}`));
    plugin.on("terminated", ({ reason, error }) => told.push(`${reason}: ${error}`));
    await plugin.initialize();
    control.prepare({ do: "exit", code: 1 });
    process.kill((await control.started()).pid, "SIGKILL");
    await inState(plugin, "coolingDown");
    control.prepare();
    await plugin.initialize();
    await plugin.shutdown();
    const opening = (generation: number) => [
      `spawning > initializing in ${generation}`,
      `initializing > fetchingConfig in ${generation}`,
    ];
    expect(told.filter((line) => !line.startsWith("ready in"))).toEqual([
      "idle > spawning in 1",
      ...opening(1),
      "fetchingConfig > ready.waiting in 1",
      "ready.waiting > closing in 1",
      "attempt 1 in 0 ms after SESSION_LOST",
      "closing > reconnecting in 1",
      "reconnecting > spawning in 2",
      "spawning > initializing in 2",
      "initializing > closing in 2",
      "cooling down after RECONNECT_EXHAUSTED",
      "closing > coolingDown in 2",
      "coolingDown > spawning in 3",
      ...opening(3),
      "fetchingConfig > ready.waiting in 3",
      "ready.waiting > stopping in 3",
      "stopping > terminated in 3",
      "stopped: null",
    ]);
    expect(told.filter((line) => line.startsWith("ready in"))).toEqual([
      "ready in 1",
      "ready in 3",
    ]);
  });

  it("returns what ends it, for each listener on its own", async () => {
    const plugin = stdioPlugin(control);
    const heard: string[] = [];
    const listen = (): void => void heard.push("listener");
    const ends = [plugin.on("ready", listen), plugin.on("ready", listen)];
    plugin.on("ready", () => {
      for (const end of ends) end();
      heard.push("other");
    });
    await plugin.initialize();
    await plugin.reconnect();
    expect(heard).toEqual(["listener", "listener", "other", "other"]);
  });

  it("harms nobody where a listener throws, and says so", async () => {
    const logger = new KeptLog();
    const plugin = stdioPlugin(control, { logger });
    const heard: string[] = [];
    const fail = (): never => {
      throw new Error("of the listener");
    };
    for (const name of ["stateChange", "ready", "reconnecting", "terminated"] as const) {
      plugin.on(name, fail);
      plugin.on(name, () => heard.push(name));
    }
    await plugin.initialize();
    await call(plugin, "a");
    const again = next(plugin, "ready");
    process.kill((await control.started()).pid, "SIGKILL");
    await again;
    await call(plugin, "b");
    await plugin.shutdown();
    expect(new Set(heard)).toEqual(new Set(["stateChange", "ready", "reconnecting", "terminated"]));
    const complaints = logger.lines.filter(([level]) => level === "error");
    expect(complaints).toHaveLength(heard.length);
    expect(complaints[0]).toEqual(["error", "a listener has thrown", { event: "stateChange" }]);
  });

  it("may act on the plugin from within", async () => {
    const plugin = stdioPlugin(control);
    const results: Promise<unknown>[] = [];
    plugin.on("ready", ({ generation }) => {
      if (generation === 1) results.push(call(plugin, "a"), plugin.reconnect());
      else results.push(call(plugin, "b"));
    });
    await plugin.initialize();
    await Promise.all(results);
    await inState(plugin, "ready.waiting");
    await Promise.all(results);
    expect(control.ledger.map(({ key }) => key).toSorted()).toEqual(["a", "b"]);
    plugin.on("stateChange", ({ to }) => {
      if (to === "closing") void plugin.shutdown();
    });
    process.kill((await control.started(plugin.status().pid ?? 0)).pid, "SIGKILL");
    await inState(plugin, "terminated");
    expect(control.starts).toBe(2);
  });
});

describe("the logger", () => {
  it("gets no payload and no text of the plugin", async () => {
    const logger = new KeptLog();
    const plugin = stdioPlugin(control, { logger });
    await plugin.initialize();
    const context = newContext();
    context.state = { token: "s3cr3t" };
    await plugin.invokeHook("tool_pre_invoke", payload("a", { text: "s3cr3t" }), context);
    const process_ = await control.started();
    await process_.tell({ do: "write", to: "stderr", text: "s3cr3t" });
    await process_.tell({ do: "write", text: "s3cr3t is no JSON\n" });
    const again = next(plugin, "ready");
    await process_.tell({ do: "exit", code: 3 });
    await again;
    await plugin.shutdown();
    expect(logger.lines.length).toBeGreaterThan(2);
    expect(logger.lines.map(([, message]) => message)).toContain("lost the plugin process");
    expect(JSON.stringify(logger.lines)).not.toContain("s3cr3t");
  });

  it("gets it where the host wants that", async () => {
    const logger = new KeptLog();
    const plugin = stdioPlugin(control, { logger, exposePluginText: true });
    await plugin.initialize();
    const process_ = await control.started();
    await process_.tell({ do: "write", to: "stderr", text: "out of luck" });
    const again = next(plugin, "ready");
    await process_.tell({ do: "exit", code: 3 });
    await again;
    expect(JSON.stringify(logger.lines)).toContain("out of luck");
  });

  it("harms nobody where it throws", async () => {
    const fail = (): never => {
      throw new Error("of the logger");
    };
    const logger: Logger = { debug: fail, info: fail, warn: fail, error: fail };
    const plugin = stdioPlugin(control, { logger });
    plugin.on("ready", fail);
    await plugin.initialize();
    const again = next(plugin, "ready");
    process.kill((await control.started()).pid, "SIGKILL");
    await again;
    await call(plugin, "a");
    await plugin.shutdown();
  });
});

describe("two plugins", () => {
  it("of the same kind live beside each other", async () => {
    const other = await newControl();
    const plugins = [stdioPlugin(control), stdioPlugin(other)];
    await Promise.all(plugins.map((plugin) => plugin.initialize()));
    const [one, two] = plugins;
    if (!(one && two)) throw new Error("expected two plugins");
    await Promise.all([call(one, "a"), call(two, "b")]);
    process.kill((await control.started()).pid, "SIGKILL");
    await call(two, "c");
    await one.waitForReady();
    await one.shutdown();
    await call(two, "d");
    expect(control.ledger.map(({ key }) => key)).toEqual(["a"]);
    expect(other.ledger.map(({ key }) => key)).toEqual(["b", "c", "d"]);
    expect(two.status()).toMatchObject({ generation: 1, state: "ready.waiting" });
    expect(await failure(call(one, "e"))).toMatchObject({ code: "STOPPED" });
  });
});
