import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { PluginConfigInput } from "../../src/models/plugin-config.ts";
import type { PluginOptions } from "../../src/options.ts";
import {
  call,
  failure,
  httpConfig,
  impatient,
  newContext,
  newControl,
  newPlugin,
  next,
  stdioConfig,
  stdioPlugin,
} from "./support/harness.ts";
import { HttpPlugin } from "./support/http-plugin.ts";

async function served(options?: PluginOptions, config: Partial<PluginConfigInput> = {}) {
  const server = await HttpPlugin.start();
  const plugin = newPlugin({ ...httpConfig(server.url), ...config }, { ...impatient, ...options });
  return { server, plugin };
}

describe("the configuration", () => {
  it("is the host's, and then the server's for all that the host does not say", async () => {
    const { server, plugin } = await served({}, { priority: 3, tags: [] });
    server.config = {
      name: "Guard",
      kind: "guard.Guard",
      description: "guards",
      priority: 77,
      tags: ["theirs"],
      hooks: ["tool_pre_invoke"],
      mode: "permissive",
      config: { words: ["bad"] },
    };
    expect(plugin.config).toMatchObject({ name: "Guard", priority: 3, mode: "sequential" });
    await plugin.initialize();
    expect(plugin.config).toMatchObject({
      name: "Guard",
      kind: "external",
      description: "guards",
      priority: 3,
      tags: [],
      hooks: ["tool_pre_invoke"],
      mode: "permissive",
      config: { words: ["bad"] },
      mcp: { proto: "STREAMABLEHTTP", url: server.url },
    });
    expect(Object.isFrozen(plugin.config)).toBe(true);
    expect(plugin.name).toBe("Guard");
  });

  it("is pinned: what the server says after a reconnect is told, and changes nothing", async () => {
    const { server, plugin } = await served();
    await plugin.initialize();
    const { config: pinned } = plugin;
    server.config = { ...server.config, mode: "disabled" };
    const changed = next(plugin, "configChanged");
    await plugin.reconnect();
    expect(await changed).toEqual({ before: pinned, after: { ...pinned, mode: "disabled" } });
    expect(plugin.config).toBe(pinned);
    // The same as before is no news, though it is not what counts.
    const events: unknown[] = [];
    plugin.on("configChanged", (event) => events.push(event));
    await plugin.reconnect();
    expect(events).toEqual([]);
    server.config = { ...server.config, mode: "audit" };
    await plugin.reconnect();
    expect(events).toMatchObject([{ before: { mode: "disabled" }, after: { mode: "audit" } }]);
    expect(plugin.config).toBe(pinned);
  });

  it("is the server's latest, where the host accepts that", async () => {
    const { server, plugin } = await served({ configUpdates: "accept" }, { priority: 3 });
    await plugin.initialize();
    server.config = { ...server.config, mode: "audit", priority: 99 };
    await plugin.reconnect();
    expect(plugin.config).toMatchObject({ mode: "audit", priority: 3 });
  });
});

describe("a server", () => {
  it("that does not know the plugin is told so, once", async () => {
    const control = await newControl();
    const config = { ...stdioConfig(control), name: "Unknown" };
    const plugin = newPlugin(config, { ...impatient, startAttempts: 3 });
    const error = await failure(plugin.initialize());
    expect(error).toMatchObject({
      code: "CONFIG_FETCH_FAILED",
      phase: "fetchingConfig",
      attempt: 1,
    });
    expect(error.message).toContain("the server has none for the name Unknown");
    expect(control.starts).toBe(1);
    await plugin.shutdown();
    expect(control.survivors).toEqual([]);
  });

  it("that spells the plugin's name otherwise is told how to be called", async () => {
    const { server, plugin } = await served();
    server.config = { ...server.config, name: "GUARD" };
    expect(await failure(plugin.initialize())).toMatchObject({
      code: "CONFIG_FETCH_FAILED",
      message: expect.stringContaining("spell it so in the host's configuration too"),
    });
  });

  it("whose configuration is malformed is told what is wrong", async () => {
    const { server, plugin } = await served();
    server.config = { ...server.config, priority: "high", hooks: "all" };
    const error = await failure(plugin.initialize());
    expect(error.code).toBe("CONFIG_FETCH_FAILED");
    expect(error.message).toContain("priority must be a whole number");
    expect(error.message).toContain("hooks must be a list of texts");
  });

  it.each(["tools", "bare"])("of MCP that is no plugin server is called that: %s", async (kind) => {
    const control = await newControl();
    const script = fileURLToPath(new URL("support/mcp-server.mjs", import.meta.url));
    const cmd = [process.execPath, script, kind];
    const plugin = newPlugin(stdioConfig(control, { cmd }), { ...impatient, startAttempts: 3 });
    const error = await failure(plugin.initialize());
    expect(error).toMatchObject({
      code: "CONFIG_FETCH_FAILED",
      phase: "fetchingConfig",
      attempt: 1,
    });
    expect(error.message).toMatch(/is no plugin server/);
    await plugin.shutdown();
    expect(control.survivors).toEqual([]);
  });

  it("of another protocol is no MCP server", async () => {
    const { server, plugin } = await served();
    server.server.on("initialize", (request) =>
      request.respond(200, { "content-type": "text/html" }, "<h1>It works!</h1>"),
    );
    const error = await failure(plugin.initialize());
    expect(error).toMatchObject({ phase: "initializing" });
    expect(["INITIALIZE_FAILED", "INVALID_RESPONSE"]).toContain(error.code);
    expect(error.message).not.toContain("It works");
  });

  it("that has no endpoint there is asked no more than once", async () => {
    const { server, plugin } = await served();
    server.server.on("initialize", (request) => request.respond(404));
    expect(await failure(plugin.initialize())).toMatchObject({
      code: "HTTP_STATUS",
      status: 404,
      attempt: 1,
      message: expect.stringContaining("correct mcp.url"),
    });
  });
});

describe("a hook", () => {
  it("that the server withdraws is refused, until it lists it again", async () => {
    const { server, plugin } = await served();
    const invoke = (hook: "tool_pre_invoke" | "tool_post_invoke") =>
      plugin.invokeHook(hook, { name: "t", result: 1 }, newContext());
    server.config = { ...server.config, hooks: ["tool_pre_invoke", "tool_post_invoke"] };
    await plugin.initialize();
    await invoke("tool_post_invoke");
    server.holdHooks();
    const flying = invoke("tool_pre_invoke");
    const queued = failure(invoke("tool_post_invoke"));
    const request = await server.seenHook(1);
    const again = plugin.reconnect();
    server.config = { ...server.config, hooks: ["tool_pre_invoke"] };
    server.answerHooks();
    server.answer(request);
    await flying;
    const refusal = {
      code: "HOOK_UNKNOWN",
      outcome: "not_processed",
      message: "The server of plugin Guard no longer lists the hook tool_post_invoke",
    };
    expect(await queued).toMatchObject(refusal);
    await again;
    expect(await failure(invoke("tool_post_invoke"))).toMatchObject(refusal);
    await invoke("tool_pre_invoke");
    expect(server.ledger).toHaveLength(3);
    server.config = { ...server.config, hooks: ["tool_pre_invoke", "tool_post_invoke"] };
    await plugin.reconnect();
    await invoke("tool_post_invoke");
    expect(server.ledger).toHaveLength(4);
  });

  it("that the server never listed is for the server to judge", async () => {
    const { server, plugin } = await served();
    server.config = { ...server.config, hooks: [] };
    await plugin.initialize();
    await call(plugin, "a");
    expect(server.ledger).toHaveLength(1);
  });
});

describe("the stderr of a process", () => {
  it("goes to onStderr as it comes, and its end into errors", async () => {
    const control = await newControl();
    const heard: string[] = [];
    const plugin = stdioPlugin(control, { onStderr: (part) => heard.push(part) });
    await plugin.initialize();
    const process_ = await control.started();
    await process_.tell({ do: "flood", to: "stderr", bytes: 300_000, text: "noise " });
    await process_.tell({ do: "write", to: "stderr", text: "the end" });
    const reconnecting = next(plugin, "reconnecting");
    await process_.tell({ do: "exit", code: 4 });
    const { cause } = await reconnecting;
    expect(cause?.stderrTail?.endsWith("noise the end")).toBe(true);
    expect(cause?.stderrTail?.length).toBeLessThan(65_537);
    expect(heard.join("")).toHaveLength(50_000 * 6 + "the end".length);
  });

  it("harms nobody where its listener throws", async () => {
    const control = await newControl();
    control.prepare({ do: "write", to: "stderr", text: "hello" });
    const plugin = stdioPlugin(control, {
      onStderr: () => {
        throw new Error("of the listener");
      },
    });
    await plugin.initialize();
    await call(plugin, "a");
  });
});
