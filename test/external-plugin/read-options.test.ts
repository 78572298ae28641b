import { constants } from "node:buffer";
import { describe, expect, it } from "vitest";
import { connectionSettings } from "../../src/actors/connection-settings.ts";
import { realClock } from "../../src/clock.ts";
import { PluginError } from "../../src/errors.ts";
import { ExternalPlugin } from "../../src/external-plugin.ts";
import { parsePluginConfig } from "../../src/models/parse-plugin-config.ts";
import type { McpConfig } from "../../src/models/plugin-config.ts";
import type { PluginOptions } from "../../src/options.ts";
import { readOptions } from "../../src/read-options.ts";
import { longestTimerMs } from "../../src/timer-range.ts";

function refusal(options: unknown): PluginError {
  try {
    readOptions("Guard", options as PluginOptions);
  } catch (thrown) {
    if (PluginError.is(thrown)) return thrown;
    throw thrown;
  }
  throw new Error(`expected a refusal of ${JSON.stringify(options)}`);
}

/** `{ a: { b: value } }` for `a.b` */
function at(path: string, value: unknown): unknown {
  const [first = "", ...rest] = path.split(".");
  return { [first]: rest.length === 0 ? value : at(rest.join("."), value) };
}

const noTimers = [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "5", null, {}];
const noCounts = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", null];
const noAmounts = noCounts.filter((value) => value !== 0);
const noFlags = ["true", 1, null];
const noFunctions = ["f", {}, 1, null];

/** For every option what it does not take. */
const bad: Record<string, readonly unknown[]> = {
  maxInFlight: noCounts,
  maxQueue: noAmounts,
  maxQueueBytes: noCounts,
  maxMessageBytes: [...noCounts, constants.MAX_STRING_LENGTH + 1],
  timeouts: [5, null, [], "1s"],
  "timeouts.openMs": noTimers,
  "timeouts.initializeMs": noTimers,
  "timeouts.fetchConfigMs": noTimers,
  "timeouts.callMs": noTimers,
  http: [5, null, [], "fast"],
  "http.connectMs": noTimers,
  "http.maxConnections": noCounts,
  "http.keepAliveMs": noTimers,
  startAttempts: noCounts,
  backoff: ["linear", 5, null],
  "backoff.kind": ["fibonacci", undefined, null],
  "backoff.attempts": noAmounts,
  "backoff.delayMs": [-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "5"],
  "backoff.factor": [0.5, Number.NaN, Number.POSITIVE_INFINITY, "2"],
  "backoff.maxMs": noTimers,
  restartLimit: [5, null, []],
  "restartLimit.losses": noCounts,
  "restartLimit.withinMs": noTimers,
  stableAfterMs: noTimers,
  onExhausted: ["giveUp", 1, null],
  stopGraceMs: noTimers,
  abandonGraceMs: noTimers,
  idleTimeoutMs: noTimers.filter((value) => value !== null),
  lazy: noFlags,
  replay: ["always", true, null],
  validation: ["lenient", null],
  configUpdates: ["merge", null],
  unsafeNumbers: ["keep", null],
  inheritEnv: noFlags,
  envAllow: ["PATH", null, {}],
  python: ["", 3, null],
  headers: ["x: y", 5, null, [], { a: 1 }, { a: null }],
  commandPolicy: noFunctions,
  urlPolicy: noFunctions,
  onStderr: noFunctions,
  exposePluginText: noFlags,
  logger: [{}, { debug() {}, info() {}, warn() {} }, null, "console"],
  inspect: ["inspector", 1, null, {}, { next: 1 }],
  clock: [{}, { now: () => 0 }, Date, null],
  random: [0.5, null, {}],
};

describe("readOptions refuses", () => {
  it.each(Object.keys(bad))("what is no %s, and names it", (option) => {
    for (const value of bad[option] ?? []) {
      const error = refusal(at(option, value));
      expect(error).toMatchObject({
        code: "CONFIG_INVALID",
        plugin: "Guard",
        phase: "configuring",
      });
      const issue = error.issues?.find(({ path }) => path === option);
      const paths = error.issues?.map(({ path }) => path);
      expect(paths, `${option}: ${String(value)}`).toContain(option);
      expect(issue?.message).toMatch(/^must (be|not|have) /);
      expect(error.message).toContain(`${option} ${issue?.message}`);
    }
  });

  it("no option that there is", () => {
    const given = Object.keys(bad).filter((path) => !path.includes("."));
    const error = refusal(Object.fromEntries(given.map((name) => [name, Symbol("none")])));
    const named = error.issues?.map(({ path }) => path).toSorted();
    expect(named).toEqual(given.toSorted());
  });

  it("a name in envAllow that is none", () => {
    expect(refusal({ envAllow: ["PATH", "", 3] }).issues?.map(({ path }) => path)).toEqual([
      "envAllow.1",
      "envAllow.2",
    ]);
  });

  it("what is no option, wherever it stands", () => {
    const error = refusal({
      maxInflight: 2,
      timeouts: { callTimeout: 5 },
      backoff: { kind: "linear", max: 1 },
    });
    expect(error.issues).toEqual(
      expect.arrayContaining(
        ["maxInflight", "timeouts.callTimeout", "backoff.max"].map((path) => ({
          path,
          message: "is not an option; mend its spelling",
        })),
      ),
    );
    expect(error.message).toContain("The options of plugin Guard are invalid: ");
  });

  it("what is no object", () => {
    for (const options of [null, 5, "lazy", []])
      expect(refusal(options).issues).toEqual([{ path: "", message: "must be an object" }]);
  });

  it("what cannot be read", () => {
    const fail = (): never => {
      throw new Error("s3cr3t");
    };
    const logger = Object.defineProperty({}, "debug", { get: fail });
    for (const options of [
      Object.defineProperty({}, "lazy", { get: fail, enumerable: true }),
      new Proxy({}, { get: fail }),
      new Proxy({}, { ownKeys: fail }),
      { logger },
      { headers: new Proxy({}, { ownKeys: fail }) },
    ]) {
      const error = refusal(options);
      expect(error.issues).toEqual([
        { path: "", message: "must be an object whose members can be read" },
      ]);
      expect(error).toMatchObject({ code: "CONFIG_INVALID", plugin: "Guard" });
      expect(error.message).not.toContain("s3cr3t");
    }
  });

  it("never shows a value", () => {
    const error = refusal({
      headers: { authorization: 5, "x-key": "s3cr3t" },
      python: 7,
      replay: "s3cr3t",
    });
    expect(JSON.stringify(error)).not.toContain("s3cr3t");
  });
});

it("a plugin is not made with options that are wrong", () => {
  const make = () =>
    new ExternalPlugin(
      { name: "Guard", kind: "external", mcp: { proto: "STDIO", cmd: ["true"] } },
      { maxInFlight: 0 },
    );
  expect(make).toThrow("maxInFlight must be at least 1");
});

describe("readOptions", () => {
  it("fills in what is not given", () => {
    const { clock, random, logger, ...rest } = readOptions("Guard", {});
    expect(clock).toBe(realClock);
    expect(random).toBe(Math.random);
    logger.error("to nobody");
    expect(rest).toMatchObject({
      maxInFlight: 1,
      maxQueue: 1_000,
      maxQueueBytes: 64 * 1_024 * 1_024,
      maxMessageBytes: 16 * 1_024 * 1_024,
      openMs: 10_000,
      initializeMs: 30_000,
      fetchConfigMs: 10_000,
      callMs: 30_000,
      restartLimit: { losses: 5, withinMs: 10_000 },
      stableAfterMs: 10_000,
      onExhausted: "coolDown",
      stopGraceMs: 1_500,
      abandonGraceMs: 5_000,
      idleTimeoutMs: null,
      lazy: false,
      replay: "provable",
      validation: "strict",
      configUpdates: "pin",
      unsafeNumbers: "reject",
      inheritEnv: false,
      envAllow: [],
      python: "python3",
      exposePluginText: false,
    });
  });

  it("takes messages as long as a text can be, and says why no longer ones", () => {
    const maxMessageBytes = constants.MAX_STRING_LENGTH;
    expect(readOptions("Guard", { maxMessageBytes })).toMatchObject({ maxMessageBytes });
    expect(refusal({ maxMessageBytes: maxMessageBytes + 1 }).message).toBe(
      `The options of plugin Guard are invalid: maxMessageBytes must be at most ${maxMessageBytes} bytes, the length of the longest text that there can be`,
    );
  });

  it("takes every option there is, undefined for none", () => {
    const given: PluginOptions = {
      maxInFlight: 4,
      timeouts: { callMs: longestTimerMs },
      backoff: { kind: "exponential", attempts: 0, delayMs: 0, factor: 1, maxMs: 1 },
      idleTimeoutMs: 1,
      headers: () => ({}),
      inspect: { next: () => {} },
    };
    expect(readOptions("Guard", given)).toMatchObject({
      maxInFlight: 4,
      openMs: 10_000,
      callMs: longestTimerMs,
      backoff: given.backoff,
      idleTimeoutMs: 1,
    });
    const nothing = Object.fromEntries(
      Object.keys(bad)
        .filter((path) => !path.includes("."))
        .map((name) => [name, undefined]),
    );
    expect(readOptions("Guard", nothing)).toMatchObject({ maxInFlight: 1, openMs: 10_000 });
  });

  it("keeps a clock and a logger as they are, also where their methods need their object", () => {
    class Counter {
      count = 0;
      now(): number {
        return this.count++;
      }
      setTimeout(): undefined {}
      clearTimeout(): void {}
    }
    class Notes {
      readonly notes: string[] = [];
      debug(message: string): void {
        this.notes.push(message);
      }
      info(): void {}
      warn(): void {}
      error(): void {}
    }
    const [clock, logger] = [new Counter(), new Notes()];
    const options = readOptions("Guard", { clock, logger });
    expect([options.clock.now(), options.clock.now()]).toEqual([0, 1]);
    options.logger.debug("heard");
    expect(logger.notes).toEqual(["heard"]);
  });
});

describe("the settings of the machine", () => {
  function settingsOf(mcp: object, options?: PluginOptions) {
    const parsed = parsePluginConfig({ name: "Guard", kind: "external", mcp });
    const config: McpConfig = parsed.config.mcp;
    return connectionSettings(config, readOptions("Guard", options));
  }
  const stdio = { proto: "STDIO", cmd: ["true"] };
  const http = { proto: "STREAMABLEHTTP", url: "http://localhost/mcp" };

  it("have the reference's backoff, and its attempts of a first start", () => {
    expect(settingsOf(stdio)).toMatchObject({
      transport: "stdio",
      startAttempts: 1,
      backoff: { kind: "linear", attempts: 3, delayMs: 100 },
    });
    expect(settingsOf(http)).toMatchObject({
      transport: "http",
      startAttempts: 3,
      startDelayMs: 1_000,
      backoff: { kind: "linear", attempts: 3, delayMs: 100 },
    });
  });

  it("have what the configuration says, unless the options say something else", () => {
    const mcp = { ...stdio, reconnect_attempts: 7, reconnect_delay: 0.25 };
    expect(settingsOf(mcp).backoff).toMatchObject({ attempts: 7, delayMs: 250 });
    const backoff = { kind: "exponential", attempts: 2 } as const;
    expect(settingsOf(mcp, { backoff }).backoff).toEqual({
      kind: "exponential",
      attempts: 2,
      delayMs: 250,
      factor: 1.6,
      maxMs: 30_000,
    });
    expect(settingsOf(stdio, { startAttempts: 5 }).startAttempts).toBe(5);
  });
});
