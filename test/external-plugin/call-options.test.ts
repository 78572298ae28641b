import { describe, expect, test } from "vitest";
import { ExternalPlugin } from "../../src/index.ts";

const plugin = new ExternalPlugin({
  name: "Guard",
  kind: "external",
  mcp: { proto: "STDIO", cmd: [process.execPath, "never-started.js"] },
});
const context = {
  state: {},
  metadata: {},
  global_context: { request_id: "r", state: {}, metadata: {} },
};

/** As a program without types would call it. */
const call = (options: unknown, hook: unknown = "tool_pre_invoke"): Promise<unknown> =>
  plugin.invokeHook(hook as "tool_pre_invoke", { name: "t" }, context, options as object);

function fail(): never {
  throw new Error("of the caller");
}

/** An object with a member that throws when it is read. */
const throwing = (name: string, rest: object = {}): object =>
  Object.defineProperty({ ...rest }, name, { get: fail, enumerable: true });

const soundSignal = { aborted: false, addEventListener() {}, removeEventListener() {} };

const signalWith = (method: string): object => ({ ...soundSignal, [method]: fail });

describe("options of a call", () => {
  test.each<[string, unknown, string]>([
    ["a signal that is none", { signal: {} }, "signal"],
    ["a misspelt option", { timeout: 5 }, "timeout"],
    ["a flag that is a text", { waitForReady: "yes" }, "waitForReady"],
    ["a key that is a number", { idempotencyKey: 5 }, "idempotencyKey"],
    ["an empty key", { idempotencyKey: "" }, "idempotencyKey"],
    ["a time without end", { timeoutMs: Number.POSITIVE_INFINITY }, "timeoutMs"],
    ["a key that cannot be written", { idempotencyKey: 5n }, "idempotencyKey"],
    ["an inherited time that is none", Object.create({ timeoutMs: "100" }), "timeoutMs"],
    ["a getter that throws", throwing("timeoutMs"), "timeoutMs"],
    ["a signal that cannot be looked at", { signal: throwing("aborted", soundSignal) }, "signal"],
    ["a signal that cannot be listened to", { signal: signalWith("addEventListener") }, "signal"],
    ["a signal that does not let go", { signal: signalWith("removeEventListener") }, "signal"],
    [
      "no signal, though an heir of one",
      { signal: Object.create(AbortSignal.prototype) },
      "signal",
    ],
    ["what cannot be looked at", new Proxy({}, { ownKeys: fail }), ""],
    ["null", null, ""],
    ["a text", "x", ""],
  ])("%s is refused by name, and nothing is sent", async (_, options, path) => {
    await expect(call(options)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      outcome: "not_processed",
      issues: [{ path }],
    });
    expect(plugin.status()).toMatchObject({
      state: "idle",
      queued: 0,
      stats: { sent: 0, failed: 0 },
    });
  });

  test("a signal of another realm will do, and is heard", async () => {
    const listeners = new Set<() => void>();
    const signal = {
      aborted: false,
      reason: "why",
      addEventListener: (_: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
    };
    await expect(call({ signal })).rejects.toMatchObject({ code: "NOT_STARTED" });
    expect(listeners.size).toBe(0);
  });

  test("what was checked is what counts: nothing is read twice", async () => {
    let reads = 0;
    const options = {
      get timeoutMs() {
        reads += 1;
        return reads === 1 ? 1_000 : "never";
      },
    };
    await expect(call(options)).rejects.toMatchObject({ code: "NOT_STARTED" });
    expect(reads).toBe(1);
  });

  test("undefined is not given", async () => {
    const options = { signal: undefined, timeoutMs: undefined, waitForReady: undefined };
    await expect(call(options)).rejects.toMatchObject({ code: "NOT_STARTED" });
  });

  test.each([Symbol("x"), { toString: () => expect.unreachable() }, 5, null])(
    "a hook that is no text is unknown",
    async (hook) => {
      await expect(call({}, hook)).rejects.toMatchObject({ code: "HOOK_UNKNOWN" });
    },
  );
});

describe("other options", () => {
  test("of initialize are checked before anything is started", async () => {
    for (const signal of [5, signalWith("addEventListener")])
      await expect(plugin.initialize({ signal } as object)).rejects.toMatchObject({
        issues: [{ path: "signal" }],
      });
    expect(plugin.status().state).toBe("idle");
  });

  test("of waitForReady are checked", async () => {
    const wait = plugin.waitForReady({ timeoutMs: -1 });
    await expect(wait).rejects.toMatchObject({ issues: [{ path: "timeoutMs" }] });
  });
});

describe("listening", () => {
  test("to an event that does not exist is refused with those that do", () => {
    expect(() => plugin.on("nope" as "ready", () => {})).toThrow(
      /must be one of stateChange, ready/,
    );
  });

  test("with something that is no function is refused", () => {
    expect(() => plugin.on("ready", 5 as never)).toThrow(/listener must be a function/);
  });
});
