import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PluginError } from "../../src/errors.ts";
import { definePlugin } from "../../src/server/define-plugin.ts";
import { failure, type HookHandlers, type PluginInput } from "../../src/server/index.ts";
import { invokeHook } from "../../src/server/invoke-hook.ts";
import { PluginSet } from "../../src/server/plugin-set.ts";
import { plugins } from "../fixtures/server/plugins.mjs";

type Envelope = Record<string, never> & {
  result?: { metadata?: unknown };
  error?: { message: string; code: string | null };
  context?: Record<string, unknown>;
};

const emptyContext = { global_context: { request_id: "r1" } };

async function invoke(
  plugin: PluginInput,
  payload: Record<string, unknown> = { name: "t" },
  context: Record<string, unknown> = emptyContext,
  signal: AbortSignal = new AbortController().signal,
  hook_type = "tool_pre_invoke",
): Promise<Envelope> {
  const set = new PluginSet([definePlugin(plugin)]);
  const call = { hook_type, plugin_name: plugin.name, payload, context };
  return JSON.parse(await invokeHook(set, call, signal)) as Envelope;
}

function fixture(name: string): PluginInput {
  const found = plugins.find((plugin) => plugin.name === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found;
}

function pluginWith(tool_pre_invoke: unknown, more: Partial<PluginInput> = {}): PluginInput {
  return { name: "P", hooks: { tool_pre_invoke } as HookHandlers, ...more };
}

describe("time", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "hook-calls-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test("a hook that takes too long is an error, and its signal says why", async () => {
    const notes = path.join(folder, "notes");
    const answer = await invoke(fixture("Impatient"), { name: "t", args: { notes } });
    expect(answer.error?.message).toBe("Plugin Impatient exceeded 0.05s timeout");
    await vi.waitFor(async () => expect(await readFile(notes, "utf8")).toBe("TimeoutError\n"));
  });

  test("the default is 30 s", async () => {
    vi.useFakeTimers();
    try {
      const answer = invoke(pluginWith(() => new Promise(() => {})));
      await vi.advanceTimersByTimeAsync(29_999);
      const early = Promise.race([answer, Promise.resolve("still running")]);
      expect(await early).toBe("still running");
      await vi.advanceTimersByTimeAsync(1);
      expect((await answer).error?.message).toBe("Plugin P exceeded 30s timeout");
    } finally {
      vi.useRealTimers();
    }
  });

  test("a plugin that ignores errors still reports a timeout, in the reference's words", async () => {
    const answer = await invoke(fixture("ImpatientIgnore"));
    expect(answer.error?.message).toBe(
      "PluginTimeoutError('Plugin ImpatientIgnore exceeded 0.05s timeout')",
    );
  });

  test("a hook that has ended leaves no timer and no listener", async () => {
    const client = new AbortController();
    const listen = vi.spyOn(client.signal, "addEventListener");
    const unlisten = vi.spyOn(client.signal, "removeEventListener");
    vi.useFakeTimers();
    try {
      const { signal } = client;
      await invoke(
        pluginWith(async () => undefined),
        undefined,
        undefined,
        signal,
      );
      await invoke(
        pluginWith(() => Promise.reject(new Error("x"))),
        undefined,
        undefined,
        signal,
      );
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
    expect(listen.mock.calls.length).toBe(2);
    expect(unlisten.mock.calls.length).toBe(2);
  });

  test("an abort that came before the hook began reaches it", async () => {
    const seen: unknown[] = [];
    const hook = async (_payload: unknown, _context: unknown, call: { signal: AbortSignal }) => {
      await null;
      seen.push(call.signal.aborted);
    };
    await invoke(pluginWith(hook), undefined, undefined, AbortSignal.abort());
    expect(seen).toEqual([true]);
  });
});

describe("what a hook returns", () => {
  test.each([
    ["nothing", undefined],
    ["an empty object", {}],
    ["members that are undefined", { continue_processing: undefined, modified_payload: undefined }],
    ["an explicit allow", { continue_processing: true }],
  ])("%s allows", async (_what, returned) => {
    const { result } = await invoke(pluginWith(async () => returned));
    expect(result).toEqual({
      continue_processing: true,
      modified_payload: null,
      modified_extensions: null,
      violation: null,
      metadata: {},
      http_headers: null,
      retry_delay_ms: 0,
      executions: [],
    });
  });

  const violation = { reason: "r", description: "d", code: "C" };

  test.each([
    ["null", null, "Input should be a valid dictionary"],
    ["true", true, "Input should be a valid dictionary"],
    ["a text", "ok", "Input should be a valid dictionary"],
    ["a list", [], "Input should be a valid dictionary"],
    ["a misspelt member", { continueProcessing: false }, "continueProcessing"],
    ["a flag that is no boolean", { continue_processing: "no" }, "Input should be a valid boolean"],
    ["null for the flag", { continue_processing: null }, "Input should be a valid boolean"],
    ["a violation without the flag", { violation }, "continue_processing"],
    [
      "half a violation",
      { continue_processing: false, violation: { code: "C" } },
      "violation.reason",
    ],
    ["half a payload", { modified_payload: { args: {} } }, "Field required"],
    ["a payload of another kind", { modified_payload: "t" }, "Input should be a valid dictionary"],
    ["metadata that are no object", { metadata: [] }, "Input should be a valid dictionary"],
    ["headers that are no texts", { http_headers: { a: 1 } }, "Input should be a valid string"],
  ])("%s is an error, never an allow", async (_what, returned, message) => {
    const answer = await invoke(pluginWith(() => returned));
    expect(answer).not.toHaveProperty("result");
    expect(answer.error?.message).toContain(message);
  });

  test("values that JSON does not have are an error", async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const value of [1n, circle]) {
      const answer = await invoke(pluginWith(() => ({ metadata: { value } })));
      expect(answer).not.toHaveProperty("result");
      expect(answer.error?.message).toMatch(/^TypeError\(/);
    }
  });

  test("a plugin that only watches cannot block, but may change the payload", async () => {
    const returned = {
      continue_processing: false,
      violation,
      modified_payload: { name: "other", args: {}, headers: null },
    };
    const { result } = await invoke(pluginWith(() => returned, { mode: "permissive" }));
    expect(result).toMatchObject({
      continue_processing: true,
      violation: null,
      metadata: null,
      modified_payload: { name: "other" },
    });
  });

  test("a block drops the modified payload", async () => {
    const returned = { continue_processing: false, violation, modified_payload: { name: "x" } };
    const { result } = await invoke(pluginWith(() => returned));
    expect(result).toMatchObject({ continue_processing: false, modified_payload: null });
  });
});

describe("what a hook throws", () => {
  class Named extends Error {
    override readonly name = "QuotaError";
  }
  class Custom extends Error {}
  const hostile = new Error("x");
  Object.defineProperty(hostile, "message", {
    get: () => {
      throw new Error("gotcha");
    },
  });

  const thrown: Record<string, [make: () => unknown, message: string]> = {
    "an error": [() => new TypeError("it's"), `TypeError("it's")`],
    "an error with a name of its own": [() => new Named("n"), "QuotaError('n')"],
    "an error of a class of its own": [() => new Custom("two\nlines"), "Custom('two\\nlines')"],
    "a text": [() => "a text", "Error('a text')"],
    nothing: [() => undefined, "Error('undefined')"],
    "an object": [() => ({ message: "no error" }), "Error('[object Object]')"],
    "an object that cannot be written": [() => Object.create(null), "Error('')"],
    "an error that cannot be read": [() => hostile, "Error('')"],
  };

  test.each(Object.keys(thrown))(
    "%s becomes its name and message, at once or later",
    async (what) => {
      const [make, message] = thrown[what] ?? [];
      const sync = pluginWith(() => {
        throw make?.();
      });
      const async = pluginWith(() => Promise.reject(make?.()));
      for (const plugin of [sync, async])
        expect(await invoke(plugin)).toEqual({
          plugin_name: "P",
          error: { message, plugin_name: "P", code: "", details: {}, mcp_error_code: -32603 },
        });
    },
  );

  test("a PluginError reaches the host with its own model", async () => {
    const model = {
      message: "m",
      plugin_name: "other",
      code: null,
      details: null,
      mcp_error_code: -1,
    };
    const thrown = new PluginError({
      code: "PLUGIN_ERROR",
      message: "ours",
      plugin: "P",
      remote: model,
    });
    expect((await invoke(pluginWith(() => Promise.reject(thrown)))).error).toEqual(model);
  });

  test("a failure is filled in with the plugin's name and defaults", async () => {
    const thrown = failure({ message: "m" });
    expect((await invoke(pluginWith(() => Promise.reject(thrown)))).error).toEqual({
      message: "m",
      plugin_name: "P",
      code: "",
      details: {},
      mcp_error_code: -32603,
    });
    expect(thrown.message).not.toContain("m\n");
  });

  test("an error that cannot be written down is still an error", async () => {
    const details: { self?: unknown } = {};
    details.self = details;
    const thrown = failure({ message: "m", details: { ...details } });
    const answer = await invoke(pluginWith(() => Promise.reject(thrown)));
    expect(answer.error?.message).toMatch(/^TypeError\(/);
  });

  test("with on_error ignore it is an allow, but an invalid result is not", async () => {
    const thrower = pluginWith(() => Promise.reject(new Error("x")), { on_error: "ignore" });
    expect((await invoke(thrower)).result).toMatchObject({ continue_processing: true });
    const liar = pluginWith(() => ({ nonsense: 1 }), { on_error: "ignore" });
    expect(await invoke(liar)).toHaveProperty("error");
  });

  test("the changes of the context are not told with an error", async () => {
    const hook = (_payload: unknown, context: { state: { changed?: boolean } }) => {
      context.state.changed = true;
      throw new Error("x");
    };
    const answer = await invoke(pluginWith(hook), undefined, { ...emptyContext, state: { a: 1 } });
    expect(answer).not.toHaveProperty("context");
  });
});

describe("the context", () => {
  const full = {
    state: { a: 1 },
    metadata: { b: 2 },
    global_context: { request_id: "r1", state: { c: 3 }, metadata: { d: 4 } },
  };

  test.each([
    ["state", { state: {} }],
    ["metadata", { metadata: {} }],
    ["shared state", { global_context: { request_id: "r1", state: {} } }],
  ])("is returned while anything but %s is left", async (_what, part) => {
    const answer = await invoke(
      pluginWith(() => undefined),
      undefined,
      { ...full, ...part },
    );
    expect(answer).toHaveProperty("context");
  });

  test("is not returned if it came empty and stayed so, whatever else it holds", async () => {
    const given = {
      global_context: { request_id: "r1", user: "u", tenant_id: "t", metadata: { d: 4 } },
    };
    expect(
      await invoke(
        pluginWith(() => undefined),
        undefined,
        given,
      ),
    ).not.toHaveProperty("context");
  });

  test("is returned with a block as well", async () => {
    const plugin = pluginWith(() => ({ continue_processing: false }));
    expect(await invoke(plugin, undefined, full)).toHaveProperty("context.state", { a: 1 });
  });

  test.each([[null], [[]], ["text"], [1]])("state replaced by %s is an error", async (state) => {
    const hook = (_payload: unknown, context: { state: unknown }) => {
      context.state = state;
    };
    const answer = await invoke(pluginWith(hook), undefined, full);
    expect(answer).not.toHaveProperty("result");
    expect(answer.error?.message).toContain("context");
  });

  test("keys that name a prototype do no harm", async () => {
    const context = JSON.parse(
      '{"state":{"__proto__":{"polluted":true},"a":1},"global_context":{"request_id":"r"}}',
    );
    const hook = (_payload: unknown, { state }: { state: { polluted?: boolean } }) => ({
      metadata: { polluted: state.polluted === true },
    });
    const answer = await invoke(pluginWith(hook), undefined, context);
    expect(answer.result?.metadata).toEqual({ polluted: false });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("integers that JavaScript cannot hold", () => {
  const payload = JSON.parse(
    '{"name":"t","args":{"id":12345678901234567890,"near":9007199254740991}}',
  );
  const echo = (given: unknown) => ({ modified_payload: given });
  const context = JSON.parse(
    '{"state":{"id":12345678901234567890},"global_context":{"request_id":"r1"}}',
  );

  test("are refused in an answer, where the host would take them for its own", async () => {
    for (const answer of [
      await invoke(pluginWith(echo), payload),
      await invoke(
        pluginWith(() => undefined),
        { name: "t" },
        context,
      ),
    ]) {
      expect(answer).not.toHaveProperty("result");
      expect(answer.error?.message).toContain("beyond 2^53");
    }
  });

  test("do not matter to a hook that does not return them", async () => {
    expect(
      await invoke(
        pluginWith(() => ({})),
        payload,
      ),
    ).toHaveProperty("result");
  });

  test("pass rounded, if the plugin says so", async () => {
    const answer = await invoke(pluginWith(echo, { unsafeNumbers: "round" }), payload);
    expect(answer).toHaveProperty("result.modified_payload.args.id", 12345678901234567000);
  });

  test("are not mistaken for texts of digits", async () => {
    const given = { name: "1234567890123456789", args: { float: 0.1234567890123456 } };
    expect(await invoke(pluginWith(echo), given)).toHaveProperty("result");
  });
});

test("a hook is called with its object as this, and with what the host sent", async () => {
  const hooks = {
    tool_pre_invoke(this: unknown, payload: unknown, context: unknown, call: object) {
      return {
        metadata: { self: this === plugin.hooks, payload, context, call: Object.keys(call) },
      };
    },
  } as HookHandlers;
  const plugin = definePlugin({ name: "P", hooks });
  const set = new PluginSet([plugin]);
  const call = {
    hook_type: "tool_pre_invoke",
    plugin_name: "P",
    payload: { name: "t", more: 1 },
    context: emptyContext,
  };
  const answer = JSON.parse(await invokeHook(set, call, new AbortController().signal)) as Envelope;
  expect(answer.result?.metadata).toEqual({
    self: true,
    payload: { name: "t", args: {}, headers: null },
    context: {
      state: {},
      global_context: {
        request_id: "r1",
        user: null,
        user_context: null,
        tenant_id: null,
        server_id: null,
        content_type: null,
        state: {},
        metadata: {},
      },
      metadata: {},
    },
    call: ["signal"],
  });
});
