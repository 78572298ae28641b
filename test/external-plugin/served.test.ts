import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, it } from "vitest";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import type { McpInput } from "../../src/models/plugin-config.ts";
import type { PluginOptions } from "../../src/options.ts";
import { afterwards, failure, impatient, newContext, newPlugin } from "./support/harness.ts";

const server = (kind: string): string =>
  fileURLToPath(new URL(`../fixtures/server/${kind}-server.mjs`, import.meta.url));

/** Ways to the plugins that our own server helper serves, each in a process of its own. */
const transports: Record<string, () => Promise<McpInput>> = {
  stdio: async () => ({ proto: "STDIO", script: server("stdio") }),
  http: async () => {
    const child = spawn(process.execPath, [server("http")], { stdio: ["pipe", "pipe", "inherit"] });
    afterwards(async () => {
      child.kill();
      await once(child, "exit");
    });
    const [url] = await once(child.stdout.setEncoding("utf8"), "data");
    return { proto: "STREAMABLEHTTP", url: String(url).trim() };
  },
};

describe.each(Object.entries(transports))("plugins of our own server over %s", (_, reach) => {
  async function startPlugins(
    names: readonly string[],
    options?: PluginOptions,
  ): Promise<ExternalPlugin[]> {
    expect(inject("buildErrors")).toBe("");
    const mcp = await reach();
    const plugins = names.map((name) =>
      newPlugin({ name, kind: "external", mcp }, { ...impatient, ...options }),
    );
    await Promise.all(plugins.map((plugin) => plugin.initialize()));
    return plugins;
  }

  async function startPlugin(name: string, options?: PluginOptions): Promise<ExternalPlugin> {
    const [plugin] = await startPlugins([name], options);
    if (plugin === undefined) throw new Error("expected a plugin");
    return plugin;
  }

  it("allow, change and block", async () => {
    const [echo, rewrite, block] = await startPlugins(["Echo", "Rewrite", "Block"]);
    const context = newContext();
    const payload = { name: "greet", args: { text: "bad word", n: 3, no: null } };
    expect(await echo?.invokeHook("tool_pre_invoke", payload, context)).toEqual({
      continue_processing: true,
      modified_payload: null,
      modified_extensions: null,
      violation: null,
      metadata: {},
      http_headers: null,
      retry_delay_ms: 0,
      executions: [],
    });
    expect(await rewrite?.invokeHook("tool_pre_invoke", payload, context)).toMatchObject({
      continue_processing: true,
      modified_payload: { name: "greet", args: { text: "good word", n: 3, no: null } },
      metadata: { rewritten: true },
    });
    expect(await block?.invokeHook("tool_pre_invoke", payload, context)).toMatchObject({
      continue_processing: false,
      violation: {
        reason: "Denied word",
        code: "BLOCKED",
        details: { tool: "greet", n: 1 },
        http_status_code: 403,
      },
    });
    expect(rewrite?.config).toMatchObject({ priority: 20, config: { find: "bad", put: "good" } });
  });

  it("change the context, and fail with their own error", async () => {
    const [mutate, raise] = await startPlugins(["Mutate", "Raise"]);
    const context = newContext();
    await mutate?.invokeHook("tool_pre_invoke", { name: "t" }, context);
    expect(context).toMatchObject({
      state: { before: true, count: 1 },
      metadata: { touched: true },
      global_context: { request_id: "request-1", state: { shared: "t" }, metadata: {} },
    });
    await mutate?.invokeHook("tool_post_invoke", { name: "t", result: null }, context);
    expect(context).toMatchObject({ state: {}, metadata: {}, global_context: { state: {} } });
    if (raise === undefined) throw new Error("expected a plugin");
    const failed = raise.invokeHook("tool_pre_invoke", { name: "plugin_error" }, context);
    const { code, outcome, error } = await failure(failed);
    expect([code, outcome]).toEqual(["PLUGIN_ERROR", "answered"]);
    expect(error).toMatchObject({
      message: "typed failure",
      code: "E_TYPED",
      mcp_error_code: -32_001,
    });
  });

  it("answer hooks whose results are of other types", async () => {
    const web = await startPlugin("Web");
    const context = newContext();
    const request = { path: "/", method: "GET", headers: { a: "1" } };
    const headers = await web.invokeHook("http_pre_request", request, context);
    expect(headers.modified_payload).toEqual({ a: "1", "x-fixture": "1" });
    const permission = await web.invokeHook(
      "http_auth_check_permission",
      { user_email: "a@example.com", permission: "read", is_admin: true },
      context,
    );
    expect(permission.modified_payload).toEqual({ granted: true, reason: "fixture" });
  });

  it("are as patient as their caller, and take as many calls as they are given", async () => {
    const slow = await startPlugin("Slow", { maxInFlight: 10 });
    const invoke = (ms: number, timeoutMs: number) =>
      slow.invokeHook("tool_pre_invoke", { name: "t", args: { ms } }, newContext(), { timeoutMs });
    const start = performance.now();
    await Promise.all(Array.from({ length: 10 }, () => invoke(500, 10_000)));
    expect(performance.now() - start).toBeLessThan(4_500);
    expect(await failure(invoke(60_000, 100))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      outcome: "unknown",
    });
    await invoke(1, 10_000);
    expect(slow.status().generation).toBe(1);
  });

  it("may print what they like", async () => {
    const noisy = await startPlugin("Noisy");
    await noisy.invokeHook("tool_pre_invoke", { name: "t" }, newContext());
    await noisy.invokeHook("tool_pre_invoke", { name: "t" }, newContext());
    expect(noisy.status()).toMatchObject({ generation: 1, stats: { succeeded: 2 } });
  });
});
