import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PluginError } from "../../src/errors.ts";
import { silentLogger } from "../../src/logger.ts";
import { CallAbort } from "../../src/server/call-abort.ts";
import { definePlugin } from "../../src/server/define-plugin.ts";
import { HookReport } from "../../src/server/hook-report.ts";
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
  abort: CallAbort = new CallAbort(),
  report: HookReport = new HookReport(silentLogger),
): Promise<Envelope> {
  const set = new PluginSet([definePlugin(plugin)], report);
  const call = { hook_type: "tool_pre_invoke", plugin_name: plugin.name, payload, context };
  return JSON.parse(await invokeHook(set, call, abort)) as Envelope;
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

  test.each([
    ["returned", async () => undefined],
    ["thrown", () => Promise.reject(new Error("x"))],
    // biome-ignore lint/suspicious/noThenProperty: what is awaited need not be a promise
    ["returned a thenable", () => ({ then: (settle: (value: unknown) => void) => settle({}) })],
  ])("a hook that has %s leaves no timer", async (_what, hook) => {
    vi.useFakeTimers();
    try {
      await invoke(pluginWith(hook));
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("an abort reaches a hook that looks for it before, and one that looks afterwards", async () => {
    const seen: unknown[] = [];
    const abort = new CallAbort();
    const hook = async (_payload: unknown, _context: unknown, call: { signal: AbortSignal }) => {
      call.signal.addEventListener("abort", () => seen.push("told"));
      abort.abort(new DOMException("first", "AbortError"));
      abort.abort(new DOMException("second", "TimeoutError"));
      seen.push(call.signal.reason.message);
    };
    await invoke(pluginWith(hook), undefined, undefined, abort);
    await invoke(pluginWith(hook), undefined, undefined, abort);
    expect(seen).toEqual(["told", "first", "first"]);
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
    ["null", null, "result must be an object"],
    ["true", true, "result must be an object"],
    ["a text", "ok", "result must be an object"],
    ["a list", [], "result must be an object"],
    ["a function", () => ({}), "result is a function, which JSON does not have; leave it out"],
    [
      "a misspelt member",
      { continueProcessing: false },
      "result.continueProcessing is not known; mend its spelling",
    ],
    [
      "a misspelt member of a violation",
      { continue_processing: false, violation: { ...violation, reasons: "r" } },
      "result.violation.reasons is not known; mend its spelling",
    ],
    [
      "a flag that is no boolean",
      { continue_processing: "no" },
      "result.continue_processing must be true or false",
    ],
    [
      "null for the flag",
      { continue_processing: null },
      "result.continue_processing must be true or false",
    ],
    [
      "a violation without the flag",
      { violation },
      "result.continue_processing must be given with a violation",
    ],
    [
      "half a violation",
      { continue_processing: false, violation: { code: "C" } },
      "result.violation.reason is missing",
    ],
    [
      "a violation that is none",
      { continue_processing: false, violation: true },
      "result.violation must be an object",
    ],
    [
      "half a payload",
      { modified_payload: { args: {} } },
      "result.modified_payload.name is missing",
    ],
    [
      "a payload of another kind",
      { modified_payload: "t" },
      "result.modified_payload must be an object",
    ],
    ["metadata that are no object", { metadata: [] }, "result.metadata must be an object or null"],
    [
      "headers that are no texts",
      { http_headers: { a: 1 } },
      "result.http_headers must hold nothing but texts, and holds something else",
    ],
  ])("%s is an error, never an allow", async (_what, returned, message) => {
    const answer = await invoke(pluginWith(() => returned));
    expect(answer).not.toHaveProperty("result");
    expect(answer.error?.message).toBe(
      `Hook tool_pre_invoke returned an invalid result: ${message}`,
    );
  });

  class Verdict {
    get continue_processing(): boolean {
      return false;
    }
  }

  test.each([
    ["an error that was meant to be thrown", () => new Error("stop")],
    ["a map", () => new Map([["continue_processing", false]])],
    ["an object of a class", () => new Verdict()],
    ["an object that inherits its members", () => Object.create({ continue_processing: false })],
    [
      "a generator",
      function* () {
        yield { continue_processing: false };
      },
    ],
  ])("%s is an error, although it has no member that is wrong", async (_what, hook) => {
    const answer = await invoke(pluginWith(hook));
    expect(answer).not.toHaveProperty("result");
    expect(answer.error?.message).toBe(
      "Hook tool_pre_invoke returned an invalid result: result must be a plain object, not one of a class",
    );
  });

  const circle: { self?: unknown } = {};
  circle.self = circle;
  const unreadable = {
    get inner(): unknown {
      throw new Error("gotcha");
    },
  };

  test.each([
    ["a BigInt", 1n, "is a BigInt, which JSON does not have; pass it as a text"],
    ["a cycle", circle, "refers back"],
    ["a function", () => 1, "is a function, which JSON does not have; leave it out"],
    ["a promise that nobody awaited", Promise.resolve({ a: 1 }), "is of the class Promise"],
    ["a map", new Map([["a", 1]]), "is a Map, no plain object; Object.fromEntries() makes one"],
    ["headers", new Headers({ a: "b" }), "is of the class Headers"],
    ["a getter that throws", unreadable, "cannot be read: its getter throws"],
  ])("%s is an error, because JSON would lose it", async (_what, value, message) => {
    for (const returned of [
      { metadata: { value } },
      { modified_payload: { name: "t", args: { value } } },
    ]) {
      const answer = await invoke(pluginWith(() => returned));
      expect(answer).not.toHaveProperty("result");
      expect(answer.error?.message).toMatch(/^Hook tool_pre_invoke returned an invalid result: /);
      expect(answer.error?.message).toMatch(/ result\.(metadata|modified_payload\.args)\.value/);
      expect(answer.error?.message).toContain(message);
    }
  });

  test("sets, dates and objects of classes are sent as what JSON makes of them", async () => {
    class Finding {
      readonly kind = "card";
    }
    const metadata = { set: new Set(["a"]), date: new Date(0), found: [new Finding()] };
    const { result } = await invoke(pluginWith(() => ({ metadata })));
    expect(result?.metadata).toEqual({
      set: ["a"],
      date: "1970-01-01T00:00:00.000Z",
      found: [{ kind: "card" }],
    });
  });

  const blocks = {
    continue_processing: false,
    violation,
    modified_payload: { name: "other", args: {}, headers: null },
    http_headers: { "retry-after": "9" },
    retry_delay_ms: 9,
  };
  const fullViolation = {
    ...violation,
    details: {},
    mcp_error_code: null,
    http_status_code: null,
    http_headers: null,
  };

  test.each([
    ["none", undefined, null],
    ["null", null, null],
    ["no entries", {}, {}],
    ["entries", { score: 1 }, { score: 1 }],
  ])(
    "a block drops the payload and keeps the rest, with metadata: %s",
    async (_what, metadata, sent) => {
      const { result } = await invoke(pluginWith(() => ({ ...blocks, metadata })));
      expect(result).toEqual({
        ...blocks,
        violation: fullViolation,
        modified_payload: null,
        modified_extensions: null,
        metadata: sent,
        executions: [],
      });
    },
  );

  test("a plugin that only watches cannot block, but may change the payload, and its block is logged", async () => {
    const warn = vi.fn();
    const report = new HookReport({ ...silentLogger, warn });
    const plugin = pluginWith(() => ({ ...blocks, metadata: { score: 1 } }), {
      mode: "permissive",
    });
    const { result } = await invoke(plugin, undefined, undefined, undefined, report);
    expect(result).toEqual({
      continue_processing: true,
      violation: null,
      modified_payload: blocks.modified_payload,
      modified_extensions: null,
      metadata: { score: 1 },
      http_headers: null,
      retry_delay_ms: 0,
      executions: [],
    });
    expect(warn.mock.calls).toEqual([
      [
        "a block was suppressed, because the plugin is permissive",
        { plugin: "P", hook: "tool_pre_invoke" },
      ],
    ]);
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

  const refuse = (): never => {
    throw trap;
  };
  const trap: object = new Proxy({}, { has: refuse, get: refuse, getPrototypeOf: refuse });

  const thrown: Record<string, [make: () => unknown, message: string]> = {
    "an error": [() => new TypeError("it's"), `TypeError("it's")`],
    "an error with a name of its own": [() => new Named("n"), "QuotaError('n')"],
    "an error of a class of its own": [() => new Custom("two\nlines"), "Custom('two\\nlines')"],
    "a text": [() => "a text", "Error('a text')"],
    nothing: [() => undefined, "Error('undefined')"],
    "an object": [() => ({ message: "no error" }), "Error('[object Object]')"],
    "an object that cannot be written": [() => Object.create(null), "Error('')"],
    "an error that cannot be read": [() => hostile, "Error('')"],
    "an object that throws at every look at it": [
      () => trap,
      "Hook tool_pre_invoke threw something that cannot be read",
    ],
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

  const circle: { self?: unknown } = {};
  circle.self = circle;

  test.each([
    [
      "details that cannot be written",
      { message: "m", details: circle },
      "error.details.self refers",
    ],
    ["a message that is no text", { message: 5 }, "error.message must be a text"],
    ["no message", {}, "error.message is missing"],
    [
      "a code that is no number",
      { message: "m", mcp_error_code: "1" },
      "error.mcp_error_code must",
    ],
  ])("a failure with %s is still an error that hosts can read", async (_what, input, message) => {
    const thrown = failure(input as Parameters<typeof failure>[0]);
    const answer = await invoke(pluginWith(() => Promise.reject(thrown)));
    expect(answer.error).toEqual({
      message: expect.stringContaining(
        `Hook tool_pre_invoke reported an invalid failure: ${message}`,
      ),
      plugin_name: "P",
      code: "",
      details: {},
      mcp_error_code: -32603,
    });
  });

  test("whoever runs the server gets the thing itself, and cannot spoil the answer", async () => {
    const warn = vi.fn();
    const broken = new Error("broken listener");
    const listener = vi
      .fn<() => unknown>()
      .mockImplementationOnce(() => {
        throw broken;
      })
      // Left alone, this would end the process.
      .mockImplementationOnce(() => Promise.reject(broken));
    const report = new HookReport({ ...silentLogger, warn }, listener);
    const error = new Error("secret");
    const at = { plugin: "P", hook: "tool_pre_invoke" };
    const thrower = () => Promise.reject(error);
    const failed = await invoke(pluginWith(thrower), undefined, undefined, undefined, report);
    expect(failed.error?.message).toBe("Error('secret')");
    const ignored = await invoke(
      pluginWith(thrower, { on_error: "ignore" }),
      undefined,
      undefined,
      undefined,
      report,
    );
    expect(ignored).toHaveProperty("result");
    expect(listener.mock.calls).toEqual([
      [error, at],
      [error, at],
    ]);
    expect(warn.mock.calls).toEqual([
      ["a hook failed", at],
      ["a hook failed", at],
    ]);
  });

  test("a time-out is reported, a hook that gives up when told to is not", async () => {
    const listener = vi.fn();
    const report = new HookReport(silentLogger, listener);
    const hook = (_payload: unknown, _context: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    const late = { timeoutMs: 1 };
    await invoke(pluginWith(hook, late), undefined, undefined, undefined, report);
    await invoke(
      pluginWith(hook, { ...late, on_error: "ignore" }),
      undefined,
      undefined,
      undefined,
      report,
    );
    const abort = new CallAbort();
    abort.abort(new DOMException("cancelled", "AbortError"));
    await invoke(pluginWith(hook), undefined, undefined, abort, report);
    expect(listener.mock.calls.map(([error]) => (error as Error).message)).toEqual([
      "Plugin P exceeded 0.001s timeout",
      "PluginTimeoutError('Plugin P exceeded 0.001s timeout')",
    ]);
  });

  test("what the host does wrong is not reported as the hook's failure", async () => {
    const listener = vi.fn();
    const report = new HookReport(silentLogger, listener);
    await invoke(
      pluginWith(() => ({})),
      { name: 1 },
      undefined,
      undefined,
      report,
    );
    await invoke(
      pluginWith(() => ({})),
      undefined,
      {},
      undefined,
      report,
    );
    expect(listener).not.toHaveBeenCalled();
  });

  test.each(["ignore", "disable"] as const)(
    "with on_error %s it is an allow, but an invalid result is not",
    async (on_error) => {
      const thrower = pluginWith(() => Promise.reject(new Error("x")), { on_error });
      expect((await invoke(thrower)).result).toMatchObject({ continue_processing: true });
      const liar = pluginWith(() => ({ nonsense: 1 }), { on_error });
      expect(await invoke(liar)).toHaveProperty("error");
    },
  );

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

  test.each([
    ["state", null],
    ["state", []],
    ["state", "text"],
    ["metadata", 1],
    ["state", new Map([["a", 1]])],
    ["state", { seen: new Map() }],
    ["global_context", null],
    ["global_context", { request_id: 5 }],
    ["global_context", { request_id: "r1", state: null }],
    ["global_context", { request_id: "r1", user: 5 }],
  ])("%s replaced by %j is an error", async (part, value) => {
    const hook = (_payload: unknown, context: Record<string, unknown>) => {
      context[part] = value;
    };
    const answer = await invoke(pluginWith(hook), undefined, full);
    expect(answer).not.toHaveProperty("result");
    expect(answer.error?.message).toMatch(/^Hook tool_pre_invoke left an invalid context: /);
    expect(answer.error?.message).toContain(part);
  });

  test("what a hook keeps beside the known parts, and parts that it deletes, are left out", async () => {
    const hook = (_payload: unknown, context: { helper?: unknown; state?: unknown }) => {
      context.helper = () => 1;
      delete context.state;
    };
    const { context } = await invoke(pluginWith(hook), undefined, full);
    expect(context).toMatchObject({ state: {}, metadata: full.metadata });
    expect(context).not.toHaveProperty("helper");
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
  const set = new PluginSet([plugin], new HookReport(silentLogger));
  const call = {
    hook_type: "tool_pre_invoke",
    plugin_name: "P",
    payload: { name: "t", more: 1 },
    context: emptyContext,
  };
  const answer = JSON.parse(await invokeHook(set, call, new CallAbort())) as Envelope;
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

describe("a payload", () => {
  test.each([
    ["itself", (payload: { name: string }) => (payload.name = "x")],
    ["an object in it", (payload: { args: { q: string } }) => (payload.args.q = "x")],
    ["a list in it", (payload: { args: { list: unknown[] } }) => payload.args.list.push("x")],
  ])("cannot be changed, %s, for the change would be lost", async (_what, change) => {
    const hook = (payload: unknown) => void change(payload as never);
    const given = { name: "t", args: { q: "secret", list: [] } };
    const answer = await invoke(pluginWith(hook), given);
    expect(answer).not.toHaveProperty("result");
    expect(answer.error?.message).toMatch(/^TypeError\(.*(read only|not extensible)/);
  });

  test.each(["payload", "context"])(
    "that nests too deep is refused before the hook runs: %s",
    async (what) => {
      const nested = (levels: number): unknown => (levels === 0 ? {} : { a: nested(levels - 1) });
      const ran = vi.fn();
      const payload = what === "payload" ? { name: "t", args: nested(200) } : { name: "t" };
      const context = what === "context" ? { ...emptyContext, state: nested(200) } : emptyContext;
      const answer = await invoke(pluginWith(ran), payload, context as Record<string, unknown>);
      expect(answer.error?.message).toBe(
        `The ${what} nests more than 200 levels of objects or lists`,
      );
      expect(ran).not.toHaveBeenCalled();
    },
  );
});
