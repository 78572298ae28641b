import { describe, expect, expectTypeOf, test } from "vitest";
import {
  allow,
  block,
  definePlugin,
  type HookHandlers,
  modify,
  type PluginInput,
  servePlugins,
} from "../../src/server/index.ts";

function problems(plugin: unknown): Record<string, string> {
  try {
    definePlugin(plugin as PluginInput);
  } catch (error) {
    expect(error).toMatchObject({ name: "PluginError", code: "CONFIG_INVALID" });
    const { issues } = error as { issues: { path: string; message: string }[] };
    return Object.fromEntries(issues.map(({ path, message }) => [path, message]));
  }
  return {};
}

class Hooks {
  tool_pre_invoke(): void {}
}

const hooks: HookHandlers = { tool_pre_invoke: () => undefined };

test("payload, context and result are typed by the name of the hook", () => {
  definePlugin({
    name: "Typed",
    hooks: {
      tool_pre_invoke(payload, context, call) {
        expectTypeOf(payload.name).toEqualTypeOf<string>();
        expectTypeOf(context.state).toEqualTypeOf<Record<string, unknown>>();
        expectTypeOf(context.global_context.request_id).toEqualTypeOf<string>();
        expectTypeOf(call.signal).toEqualTypeOf<AbortSignal>();
        return payload.name === "rm"
          ? block({ reason: "r", description: "d", code: "C" })
          : modify({ ...payload, name: "ls" });
      },
      prompt_pre_fetch: async (payload) => {
        expectTypeOf(payload.args).toEqualTypeOf<Record<string, string> | null>();
        return allow({ seen: payload.prompt_id });
      },
      http_pre_request: ({ headers }) => modify({ ...headers, "x-seen": "1" }),
    },
  });
  // @ts-expect-error: the name of a hook that does not exist
  const misspelt: HookHandlers = { tool_pre_invok: () => undefined };
  expect(() => definePlugin({ name: "P", hooks: misspelt })).toThrow("hooks.tool_pre_invok");
  // @ts-expect-error: a payload of another hook
  const otherPayload: HookHandlers = { tool_pre_invoke: () => ({ modified_payload: { uri: "" } }) };
  // @ts-expect-error: no result at all
  const noResult: HookHandlers = { tool_post_invoke: () => "ok" };
  expect(
    [otherPayload, noResult].map((each) => definePlugin({ name: "P", hooks: each })),
  ).toHaveLength(2);
});

test("defaults are filled in, and nothing can be changed afterwards", () => {
  const plugin = definePlugin({ name: "P", hooks });
  expect(plugin).toEqual({
    name: "P",
    tags: [],
    mode: "enforce",
    on_error: "fail",
    priority: 100,
    conditions: [],
    kind: "mcp-tether",
    timeoutMs: 30_000,
    unsafeNumbers: "reject",
    hooks,
  });
  expect(() => Object.assign(plugin, { name: "Q" })).toThrow(TypeError);
  expect(definePlugin(plugin)).toEqual(plugin);
});

describe("what is wrong is named", () => {
  test.each([
    ["no object", undefined, [""]],
    ["a list", [], [""]],
    ["nothing in it", {}, ["name", "hooks"]],
    ["a blank name", { name: " \t", hooks }, ["name"]],
    ["a name that is no text", { name: 5, hooks }, ["name"]],
    ["hooks that are no object", { name: "P", hooks: [] }, ["hooks"]],
    ["an unknown hook", { name: "P", hooks: { tool_invoke: () => {} } }, ["hooks.tool_invoke"]],
    ["an inherited name", { name: "P", hooks: { toString: (): string => "" } }, ["hooks.toString"]],
    ["no function", { name: "P", hooks: { tool_pre_invoke: {} } }, ["hooks.tool_pre_invoke"]],
    ["an unknown mode", { name: "P", hooks, mode: "sequential" }, ["mode"]],
    ["an unknown error mode", { name: "P", hooks, on_error: "never" }, ["on_error"]],
    ["a fraction", { name: "P", hooks, priority: 1.5 }, ["priority"]],
    ["tags", { name: "P", hooks, tags: ["a", 1] }, ["tags.1"]],
    ["a condition", { name: "P", hooks, conditions: [{ tool: ["x"] }] }, ["conditions.0.tool"]],
    ["config", { name: "P", hooks, config: [] }, ["config"]],
    ["config that is no JSON", { name: "P", hooks, config: { big: 1n } }, ["config"]],
    ["no hook", { name: "P", hooks: {} }, ["hooks"]],
    ["methods of a class", { name: "P", hooks: new Hooks() }, ["hooks"]],
    ["no time", { name: "P", hooks, timeoutMs: 0 }, ["timeoutMs"]],
    ["a time beyond timers", { name: "P", hooks, timeoutMs: 2 ** 31 }, ["timeoutMs"]],
    ["endless time", { name: "P", hooks, timeoutMs: Number.POSITIVE_INFINITY }, ["timeoutMs"]],
    ["a misspelt field", { name: "P", hooks, priorty: 1 }, ["priorty"]],
    [
      "what cannot be read",
      {
        get name(): string {
          throw new Error("gotcha");
        },
        hooks,
      },
      [""],
    ],
    ["several things", { name: "", hooks: { a: 1 }, mode: 1 }, ["name", "mode", "hooks.a"]],
  ])("%s", (_what, plugin, paths) => {
    expect(Object.keys(problems(plugin)).sort()).toEqual([...paths].sort());
  });

  test("in the message too, and with what to do", () => {
    expect(() => definePlugin({ name: " ", hooks })).toThrow(
      "A plugin is invalid: name: must not be blank; hosts find the plugin by it",
    );
    expect(() =>
      definePlugin({ name: "P", hooks, mode: "audit" } as unknown as PluginInput),
    ).toThrow("Plugin P is invalid: mode: must be enforce, permissive or disabled");
    expect(problems({ name: "P", hooks: { tool_invoke: () => {} } })).toEqual({
      "hooks.tool_invoke": "is no hook that hosts know; mend its spelling",
    });
    expect(problems({ name: "P", hooks, extra: 1 })).toEqual({
      extra: "is not known here; remove it, or mend its spelling",
    });
  });
});

describe("a list of plugins", () => {
  const serve = async (plugins: unknown) =>
    await servePlugins(plugins as PluginInput[], {
      transport: "http",
      port: 0,
      handleSignals: false,
    });

  test.each([
    [
      "twice the same name",
      [
        { name: "P", hooks },
        { name: "P", hooks },
      ],
      "1.name",
    ],
    [
      "names that differ in case only",
      [
        { name: "P", hooks },
        { name: "p", hooks },
      ],
      "1.name",
    ],
    ["no list", { name: "P", hooks }, "plugins"],
    ["a plugin that is wrong", [{ name: "P" }], "hooks"],
  ])("%s is refused", async (_what, plugins, path) => {
    await expect(serve(plugins)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      issues: [{ path }],
    });
  });

  test("may be empty", async () => {
    const server = await serve([]);
    await server.close();
  });
});
