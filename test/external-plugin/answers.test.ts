import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { PluginError } from "../../src/errors.ts";
import type { PluginOptions } from "../../src/options.ts";
import {
  call,
  failure,
  httpConfig,
  impatient,
  newControl,
  newPlugin,
  stdioPlugin,
} from "./support/harness.ts";
import { HttpPlugin, isHookCall, text } from "./support/http-plugin.ts";

async function answering(answer: object, options?: PluginOptions) {
  const server = await HttpPlugin.start();
  const plugin = newPlugin(httpConfig(server.url), { ...impatient, ...options });
  await plugin.initialize();
  server.server.on("tools/call", (request) => {
    if (isHookCall(request)) request.json(answer);
    else server.answer(request);
  });
  return plugin;
}

function answered(json: string): object {
  return { result: { content: [{ type: "text", text: json }], isError: false } };
}

describe("validation", () => {
  const lenient: Record<string, object> = {
    "a result without continue_processing": { plugin_name: "Guard", result: {} },
    "another plugin's name": { plugin_name: "Other", result: { continue_processing: true } },
  };

  it.each(Object.entries(lenient))(
    "refuses %s, and lets it pass as the reference does",
    async (_, value) => {
      const strict = await answering({ result: text(value) });
      expect(await failure(call(strict, "a"))).toMatchObject({
        code: "INVALID_RESPONSE",
        outcome: "answered",
      });
      const warnings: string[] = [];
      const ignore = (): void => {};
      const reference = await answering(
        { result: text(value) },
        {
          validation: "reference",
          logger: {
            debug: ignore,
            info: ignore,
            error: ignore,
            warn: (message) => warnings.push(message),
          },
        },
      );
      expect(await call(reference, "a")).toMatchObject({ continue_processing: true });
      expect(warnings).toEqual([expect.stringContaining("option validation")]);
    },
  );

  it("does not let a wrong type pass in either", async () => {
    const value = { plugin_name: "Guard", result: { continue_processing: "false" } };
    for (const validation of ["strict", "reference"] as const) {
      const plugin = await answering({ result: text(value) }, { validation });
      expect(await failure(call(plugin, "a"))).toMatchObject({ code: "INVALID_RESPONSE" });
    }
  });
});

describe("unsafeNumbers", () => {
  const big = answered(
    `{"plugin_name":"Guard","result":{"continue_processing":true,"metadata":{"id":9007199254740993}}}`,
  );

  it("'reject' refuses an integer that would be another one", async () => {
    const plugin = await answering(big);
    const error = await failure(call(plugin, "a"));
    expect(error).toMatchObject({ code: "INVALID_RESPONSE", outcome: "answered" });
    expect(error.message).not.toContain("9007199254740993");
  });

  it("'round' takes the nearest that there is", async () => {
    const plugin = await answering(big, { unsafeNumbers: "round" });
    const { metadata } = await call(plugin, "a");
    expect(metadata).toEqual({ id: 9_007_199_254_740_992 });
  });
});

describe("a PluginError", () => {
  const remote = {
    message: "s3cr3t",
    plugin_name: "Guard",
    code: "E_DENIED",
    details: { why: "s3cr3t" },
  };

  it("has the plugin's own error, and shows it to nobody who does not ask", async () => {
    const plugin = await answering({ result: text({ plugin_name: "Guard", error: remote }) });
    const error = await failure(call(plugin, "a"));
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(PluginError);
    expect(PluginError.is(error)).toBe(true);
    expect(error).toMatchObject({
      name: "PluginError",
      code: "PLUGIN_ERROR",
      plugin: "Guard",
      outcome: "answered",
      phase: "invoking",
    });
    expect(error.error).toEqual({ ...remote, mcp_error_code: -32_603 });
    expect(error.message).toMatch(
      /^Plugin Guard answered tool_pre_invoke with an error: <6 bytes, sha256 [0-9a-f]{8}>$/,
    );
    for (const shown of [
      inspect(error, { showHidden: true, depth: 9 }),
      JSON.stringify(error),
      String(error),
      error.stack,
    ])
      expect(shown).not.toContain("s3cr3t");
  });

  it("has what a protocol's error says", async () => {
    const plugin = await answering({
      error: { code: -32_001, message: "s3cr3t", data: { at: "s3cr3t" } },
    });
    const error = await failure(call(plugin, "a"));
    expect(error).toMatchObject({ code: "RPC_ERROR", outcome: "answered" });
    expect(error.error).toEqual({
      message: "s3cr3t",
      plugin_name: "Guard",
      code: "RPC_ERROR",
      details: { data: { at: "s3cr3t" } },
      mcp_error_code: -32_001,
    });
    expect(`${inspect(error)} ${JSON.stringify(error)}`).not.toContain("s3cr3t");
  });

  it("has the reference's model also where the plugin had no part in it", async () => {
    const plugin = stdioPlugin(await newControl());
    const error = await failure(call(plugin, "a"));
    expect(error.error).toEqual({
      message: error.message,
      plugin_name: "Guard",
      code: "NOT_STARTED",
      details: { outcome: "not_processed" },
      mcp_error_code: -32_603,
    });
    expect(error.stderrTail).toBe(undefined);
  });

  it("of a lost process shows its exit, and how much it wrote, but not what", async () => {
    const control = await newControl();
    control.prepare({ do: "write", to: "stderr", text: "s3cr3t" }, { do: "exit", code: 3 });
    const plugin = stdioPlugin(control);
    const error = await failure(plugin.initialize());
    expect(error.stderrTail).toBe("s3cr3t");
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "PluginError",
      message: error.message,
      code: "INITIALIZE_FAILED",
      plugin: "Guard",
      phase: "initializing",
      attempt: 1,
      exit: { code: 3, signal: null },
      stderrBytes: 6,
    });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain("s3cr3t");
  });

  it("is nothing that only looks like it", () => {
    for (const value of [
      new Error("x"),
      { name: "PluginError", code: "STOPPED" },
      null,
      undefined,
      "x",
    ])
      expect(PluginError.is(value)).toBe(false);
  });
});
