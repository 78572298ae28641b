import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, inject, it, vi } from "vitest";
import { ConnectionPort } from "../../src/actors/connection-port.ts";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import type { PluginConfigInput } from "../../src/models/plugin-config.ts";
import type { PluginCommand, PluginControl } from "../fixtures/control.ts";
import { eventually } from "../fixtures/processes.ts";
import {
  call,
  failure,
  httpConfig,
  inState,
  newControl,
  newPlugin,
  next,
  stdioConfig,
  stdioPlugin,
} from "./support/harness.ts";
import { HttpPlugin } from "./support/http-plugin.ts";

const stubborn: readonly PluginCommand[] = [
  { do: "ignoreEnd" },
  { do: "onSignal", signal: "SIGTERM", reaction: "ignore" },
  { do: "grandchild", ignoreTerm: true, keepStdout: true },
];

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

/** As somebody does who has the actor, and does not know better. */
function throwAway({ actor }: ExternalPlugin): void {
  const stoppable: { stop?: () => void } = actor as object;
  stoppable.stop?.();
}

async function expectNothingLeft(plugin: ExternalPlugin): Promise<void> {
  await eventually(() => control.survivors.length === 0, "all processes are dead", 2_000);
  expect(plugin.status()).toMatchObject({ state: "terminated", queued: 0, inFlight: 0 });
  const refusal = { code: "STOPPED", outcome: "not_processed" };
  expect(await failure(call(plugin, "late"))).toMatchObject(refusal);
  expect(await failure(plugin.initialize())).toMatchObject({ code: "STOPPED" });
  expect(await failure(plugin.waitForReady())).toMatchObject({ code: "STOPPED" });
  await plugin.shutdown();
}

describe("an actor that is stopped without a stop event", () => {
  it("leaves no caller hanging, and no child", async () => {
    control.prepare(...stubborn, { do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const ended = next(plugin, "terminated");
    const [flying, waiting] = ["a", "b"].map((key) => failure(call(plugin, key)));
    await (await control.started()).nextCall();
    const again = failure(plugin.reconnect());
    throwAway(plugin);
    expect(await flying).toMatchObject({
      code: "STOPPED",
      outcome: "unknown",
      phase: "invoking",
      attempt: 1,
    });
    expect(await waiting).toMatchObject({ code: "STOPPED", outcome: "not_processed" });
    expect(await again).toMatchObject({ code: "STOPPED" });
    expect(await ended).toMatchObject({ reason: "crashed", error: { code: "STOPPED" } });
    await expectNothingLeft(plugin);
  });

  it("in the middle of a start fails the start", async () => {
    control.prepare(...stubborn, { do: "treat", what: "initialize", how: "hold" });
    const plugin = stdioPlugin(control);
    const started = failure(plugin.initialize());
    const queued = failure(call(plugin, "a"));
    await (await control.started()).next("request");
    throwAway(plugin);
    expect(await queued).toMatchObject({ code: "STOPPED", outcome: "not_processed" });
    expect(await started).toMatchObject({ code: "STOPPED" });
    await expectNothingLeft(plugin);
  });

  it("while it cools down settles the calls that wait for it", async () => {
    const plugin = stdioPlugin(control, { backoff: { kind: "linear", attempts: 0 } });
    await plugin.initialize();
    process.kill((await control.started()).pid, "SIGKILL");
    await inState(plugin, "coolingDown");
    const queued = failure(call(plugin, "a", { waitForReady: true }));
    const wait = failure(plugin.waitForReady());
    await Promise.resolve();
    throwAway(plugin);
    expect(await queued).toMatchObject({ code: "STOPPED", outcome: "not_processed" });
    expect(await wait).toMatchObject({ code: "STOPPED" });
    await expectNothingLeft(plugin);
  });

  it("in the middle of a shutdown ends the shutdown", async () => {
    control.prepare(...stubborn);
    const plugin = stdioPlugin(control, { stopGraceMs: 60_000 });
    await plugin.initialize();
    const ended = plugin.shutdown();
    expect(plugin.status().state).toBe("stopping");
    throwAway(plugin);
    await eventually(() => control.survivors.length === 0, "all processes are dead", 2_000);
    await ended;
  });

  it("over HTTP closes what is open", async () => {
    const server = await HttpPlugin.start();
    const plugin = newPlugin(httpConfig(server.url));
    await plugin.initialize();
    server.holdHooks();
    const flying = failure(call(plugin, "a"));
    const request = await server.seenHook();
    throwAway(plugin);
    expect(await flying).toMatchObject({ code: "STOPPED", outcome: "unknown" });
    expect(await request.over).toBe(true);
    await server.server.until(({ openConnections }) => openConnections === 0);
    await plugin.shutdown();
  });
});

describe("an action that throws", () => {
  it.each(["claim", "release", "watchAbandoned"] as const)(
    "leaves no caller hanging, and no child: %s",
    async (method) => {
      control.prepare(...stubborn, { do: "treat", what: "invoke_hook", how: "hold" });
      const plugin = stdioPlugin(control);
      await plugin.initialize();
      const ended = next(plugin, "terminated");
      const controller = new AbortController();
      const first = failure(call(plugin, "a", { signal: controller.signal }));
      await (await control.started()).nextCall();
      const second = failure(call(plugin, "b"));
      await Promise.resolve();
      vi.spyOn(ConnectionPort.prototype, method).mockImplementation(() => {
        throw new Error("of the action");
      });
      const third = failure(call(plugin, "c"));
      controller.abort();
      for (const failed of [first, second, third]) {
        const { code, outcome } = await failed;
        expect(["STOPPED", "ABORTED"]).toContain(code);
        expect(["unknown", "not_processed"]).toContain(outcome);
      }
      expect((await first).outcome).toBe("unknown");
      expect(await ended).toMatchObject({ reason: "crashed", error: { code: "STOPPED" } });
      vi.restoreAllMocks();
      await expectNothingLeft(plugin);
    },
  );

  it("because a clock of the host's does leaves no child", async () => {
    control.prepare(...stubborn, { do: "treat", what: "initialize", how: "ignore" });
    const initializeMs = 54_321;
    const plugin = stdioPlugin(control, {
      timeouts: { initializeMs },
      clock: {
        now: () => performance.now(),
        setTimeout: (listener, ms) => {
          if (ms === initializeMs) throw new Error("of the clock");
          return setTimeout(listener, ms);
        },
        clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
      },
    });
    // XState says so if anything is still sent to an actor that has ended.
    const warn = vi.spyOn(console, "warn");
    const ended = next(plugin, "terminated");
    const started = failure(plugin.initialize());
    expect(await started).toMatchObject({ code: "STOPPED" });
    expect(await ended).toMatchObject({ reason: "crashed" });
    await expectNothingLeft(plugin);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("a random function that is none", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("of chance");
      },
    ],
    ["is not a number", () => Number.NaN],
    ["is far too large", () => 1e9],
  ])("%s, and the plugin is probed all the same", async (_, random) => {
    const plugin = stdioPlugin(control, { random, backoff: { kind: "linear", attempts: 0 } });
    await plugin.initialize();
    const cooling = next(plugin, "coolingDown");
    process.kill((await control.started()).pid, "SIGKILL");
    const waitMs = (await cooling).nextProbeAt - performance.now();
    expect(waitMs).toBeGreaterThan(500);
    expect(waitMs).toBeLessThanOrEqual(1_200);
  });
});

describe("a host that has shut its plugins down", () => {
  const host = fileURLToPath(new URL("support/host.mjs", import.meta.url));
  const library = new URL("../../dist/src/index.js", import.meta.url).href;

  function startHost(config: PluginConfigInput, ...steps: string[]) {
    expect(inject("buildErrors")).toBe("");
    const args = [host, library, JSON.stringify(config), ...steps];
    return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  }

  async function expectEnd(child: ReturnType<typeof startHost>): Promise<void> {
    await once(child.stdout, "data");
    const done = performance.now();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(performance.now() - done).toBeLessThan(1_400);
    expect(control.survivors).toEqual([]);
  }

  it.each([
    "start call shutdown",
    "start callTogether giveUp shutdown",
    "shutdown",
    "start call throwAway",
  ])("over stdio ends by itself: %s", async (steps) => {
    await expectEnd(startHost(stdioConfig(control), ...steps.split(" ")));
  });

  it("over stdio ends by itself after a failed start, without a shutdown", async () => {
    control.prepare({ do: "exit", code: 1 });
    await expectEnd(startHost(stdioConfig(control), "fail"));
  });

  it("over HTTP ends by itself", async () => {
    const server = await HttpPlugin.start();
    await expectEnd(startHost(httpConfig(server.url), "start", "callTogether", "shutdown"));
    expect(server.openSessions).toBe(0);
  });

  it("ends by itself after an outage", async () => {
    const server = await HttpPlugin.start();
    const child = startHost(httpConfig(server.url), "start", "told", "loseAndCool", "shutdown");
    await server.server.until(({ openConnections }) => openConnections > 0);
    await server.server.seen("tools/call");
    await server.server.stop();
    child.stdin.write("lost\n");
    await expectEnd(child);
  });
});
