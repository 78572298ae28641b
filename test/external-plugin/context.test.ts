import { describe, expect, it } from "vitest";
import type { PluginError } from "../../src/errors.ts";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import type { PluginContext } from "../../src/models/plugin-context.ts";
import type { PluginOptions } from "../../src/options.ts";
import type { SeenRequest } from "../fixtures/http/steerable-server.ts";
import {
  failure,
  httpConfig,
  impatient,
  newContext,
  newControl,
  newPlugin,
  payload,
  stdioPlugin,
} from "./support/harness.ts";
import { HttpPlugin, hookResult, isHookCall, text } from "./support/http-plugin.ts";

/** What a plugin returns that has been at work on all three parts, and on what is not its own. */
const returned = {
  state: { count: 1 },
  metadata: { seen: true },
  global_context: {
    request_id: "another",
    user: "mallory",
    tenant_id: "another",
    state: { shared: "yes" },
    metadata: { theirs: true },
  },
};

function succeed(request: SeenRequest): void {
  request.json({ result: hookResult("Guard", {}, returned) });
}

async function started(
  treat: (request: SeenRequest) => void,
  options?: PluginOptions,
): Promise<{ server: HttpPlugin; plugin: ExternalPlugin }> {
  const server = await HttpPlugin.start();
  const plugin = newPlugin(httpConfig(server.url), { ...impatient, ...options });
  await plugin.initialize();
  server.server.on("tools/call", (request) => {
    if (isHookCall(request)) treat(request);
    else server.answer(request);
  });
  return { server, plugin };
}

async function failedWith(
  plugin: ExternalPlugin,
  context: PluginContext,
  timeoutMs?: number,
): Promise<PluginError> {
  const result = plugin.invokeHook("tool_pre_invoke", payload("a"), context, { timeoutMs });
  return await failure(result);
}

describe("the context of a call that succeeds", () => {
  it("has what the plugin returned, and keeps what is not the plugin's", async () => {
    const { plugin } = await started(succeed);
    const context = newContext();
    const { global_context: shared } = context;
    shared.user = "alice";
    const [state, sharedState] = [context.state, shared.state];
    await plugin.invokeHook("tool_pre_invoke", payload("a"), context);
    expect(context).toEqual({
      state: { count: 1 },
      metadata: { seen: true },
      global_context: {
        request_id: "request-1",
        user: "alice",
        state: { shared: "yes" },
        metadata: {},
      },
    });
    expect(context.global_context).toBe(shared);
    // Replaced, not changed: whoever holds the old ones sees nothing of it.
    expect(state).toEqual({ before: true });
    expect(sharedState).toEqual({});
  });

  it("stays as it is where the plugin returns none", async () => {
    const { plugin } = await started((request) =>
      request.json({ result: hookResult("Guard", {}) }),
    );
    const context = newContext();
    await plugin.invokeHook("tool_pre_invoke", payload("a"), context);
    expect(context).toEqual(newContext());
  });

  it("is changed before the caller has the result", async () => {
    const { plugin } = await started(succeed);
    const context = newContext();
    const states: unknown[] = [];
    await plugin
      .invokeHook("tool_pre_invoke", payload("a"), context)
      .then(() => states.push(context.state));
    expect(states).toEqual([{ count: 1 }]);
  });

  it("does not get at a prototype", async () => {
    const evil = `{"plugin_name":"Guard","result":{"continue_processing":true},"context":{"state":{"__proto__":{"polluted":1}},"metadata":{},"global_context":{"request_id":"r","state":{},"metadata":{}}}}`;
    for (const validation of ["strict", "reference"] as const) {
      const { plugin } = await started(
        (request) =>
          request.json({ result: { content: [{ type: "text", text: evil }], isError: false } }),
        { validation },
      );
      const context = newContext();
      const result = plugin.invokeHook("tool_pre_invoke", payload("a"), context);
      if (validation === "strict")
        expect(await failure(result)).toMatchObject({ code: "INVALID_RESPONSE" });
      else await result;
      expect(Object.getPrototypeOf(context.state)).toBe(Object.prototype);
      expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
    }
  });
});

describe("the context of a call that fails is untouched:", () => {
  const envelope = { plugin_name: "Guard", context: returned };
  const allow = { continue_processing: true };
  const error = { message: "no", plugin_name: "Guard", code: "E", details: {} };
  const answers: Record<string, [answer: object, code: string]> = {
    "the plugin's own error": [{ result: text({ ...envelope, error }) }, "PLUGIN_ERROR"],
    "an incomplete result": [{ result: text({ ...envelope, result: {} }) }, "INVALID_RESPONSE"],
    "a wrong type": [
      { result: text({ ...envelope, result: { continue_processing: "false" } }) },
      "INVALID_RESPONSE",
    ],
    "another plugin's name": [
      { result: text({ ...envelope, plugin_name: "Other", result: allow }) },
      "INVALID_RESPONSE",
    ],
    "result and error": [
      { result: text({ ...envelope, result: allow, error }) },
      "INVALID_RESPONSE",
    ],
    "a failed tool": [
      { result: { ...text({ ...envelope, result: allow }), isError: true } },
      "INVALID_RESPONSE",
    ],
    "a payload of another hook": [
      { result: text({ ...envelope, result: { ...allow, modified_payload: { uri: "x" } } }) },
      "INVALID_RESPONSE",
    ],
    "no JSON": [
      { result: { content: [{ type: "text", text: "allow" }], isError: false } },
      "JSON_DECODE_ERROR",
    ],
    "no content": [{ result: { content: [], isError: false } }, "INVALID_RESPONSE"],
    "a context that is none": [
      { result: text({ plugin_name: "Guard", result: allow, context: { state: 1 } }) },
      "INVALID_RESPONSE",
    ],
    "an error of the protocol": [{ error: { code: -32_602, message: "no" } }, "RPC_ERROR"],
  };

  it.each(Object.entries(answers))("%s", async (_, [answer, code]) => {
    const { plugin, server } = await started((request) => request.json(answer));
    const context = newContext();
    expect(await failedWith(plugin, context)).toMatchObject({ code, outcome: "answered" });
    expect(context).toEqual(newContext());
    // The answer was about this call alone, and it was asked for once.
    expect(server.server.of("tools/call").filter(isHookCall)).toHaveLength(1);
    expect(plugin.status()).toMatchObject({ state: "ready.waiting", generation: 1 });
  });

  it.each([
    ["a status", (request: SeenRequest) => request.respond(500), "HTTP_STATUS"],
    [
      "a body that is cut off",
      (request: SeenRequest) =>
        request
          .head(200, { "content-type": "application/json", "content-length": "99" })
          .write("{")
          .cut(),
      "INVALID_RESPONSE",
    ],
  ])("%s", async (_, treat, code) => {
    const { plugin } = await started(treat);
    const context = newContext();
    expect(await failedWith(plugin, context)).toMatchObject({ code, outcome: "unknown" });
    expect(context).toEqual(newContext());
  });

  it("a deadline, though the answer comes later", async () => {
    const control = await newControl();
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const context = newContext();
    context.metadata = { mine: 1 };
    const process_ = await control.started();
    expect(await failedWith(plugin, context, 200)).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      outcome: "unknown",
    });
    context.metadata = { mine: 2 };
    const after = plugin.invokeHook("tool_pre_invoke", payload("b"), newContext());
    await process_.tell({ do: "treat", what: "invoke_hook", how: "answer" });
    await process_.tell({ do: "release" });
    await after;
    expect(context.metadata).toEqual({ mine: 2 });
  });
});

describe("a context that cannot be changed", () => {
  const freezers: Record<string, (context: PluginContext) => object> = {
    context: (context) => context,
    "context.global_context": (context) => context.global_context,
  };

  it.each(Object.entries(freezers))(
    "fails the call, and nothing is changed: %s",
    async (_, part) => {
      const { plugin } = await started(succeed);
      const context = newContext();
      Object.freeze(part(context));
      const error = await failedWith(plugin, context);
      expect(error).toMatchObject({ code: "SERIALIZE_FAILED", outcome: "answered" });
      expect(error.message).toContain("it is frozen or read-only. Nothing was changed.");
      expect(context).toEqual(newContext());
      expect(plugin.status().stats).toMatchObject({ succeeded: 0, failed: 1 });
    },
  );

  it("is no matter where the plugin returns none", async () => {
    const { plugin } = await started((request) =>
      request.json({ result: hookResult("Guard", {}) }),
    );
    const context = Object.freeze(newContext());
    await plugin.invokeHook("tool_pre_invoke", payload("a"), context);
  });
});
