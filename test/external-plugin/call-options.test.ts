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

describe("options of a call", () => {
  test.each<[string, unknown, string]>([
    ["a signal that is none", { signal: {} }, "signal"],
    ["a misspelt option", { timeout: 5 }, "timeout"],
    ["a flag that is a text", { waitForReady: "yes" }, "waitForReady"],
    ["a key that is a number", { idempotencyKey: 5 }, "idempotencyKey"],
    ["an empty key", { idempotencyKey: "" }, "idempotencyKey"],
    ["a time without end", { timeoutMs: Number.POSITIVE_INFINITY }, "timeoutMs"],
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
    const initialize = plugin.initialize({ signal: 5 } as object);
    await expect(initialize).rejects.toMatchObject({ issues: [{ path: "signal" }] });
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
