import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readConfigAnswer } from "../../src/models/config-answer.ts";
import { mergePluginConfig } from "../../src/models/merge-plugin-config.ts";
import {
  type ParsedPluginConfig,
  parsePluginConfig,
} from "../../src/models/parse-plugin-config.ts";
import { isSameConfig } from "../../src/models/same-config.ts";
import { failureOf, toolResult } from "./support/answers.ts";

interface Recording {
  readonly case: string;
  readonly result: unknown;
}

const recordings: readonly Recording[] = JSON.parse(
  readFileSync(new URL("golden/get-plugin-config.json", import.meta.url), "utf8"),
);

function recorded(name: string): unknown {
  return recordings.find((one) => one.case === name)?.result;
}

const mcp = { proto: "STDIO", cmd: ["node", "server.js"] };

function local(more: object = {}, name = "Rewrite"): ParsedPluginConfig {
  return parsePluginConfig({ name, kind: "external", mcp, ...more });
}

const remote = {
  name: "Rewrite",
  description: "theirs",
  version: "2",
  kind: "x.Rewrite",
  hooks: ["tool_pre_invoke"],
  mode: "permissive",
  priority: 7,
  conditions: [{ tools: ["a"], tenant_ids: null }],
  config: { find: "bad" },
  mcp: null,
};

describe("mergePluginConfig", () => {
  test("takes from a recorded server everything but name, kind and mcp", () => {
    const found = readConfigAnswer("Rewrite", recorded("get_plugin_config_found"));
    expect(mergePluginConfig(local(), found)).toStrictEqual({
      name: "Rewrite",
      description: null,
      author: null,
      kind: "external",
      namespace: null,
      version: null,
      hooks: ["tool_pre_invoke", "prompt_pre_fetch"],
      tags: [],
      mode: "sequential",
      on_error: "fail",
      priority: 20,
      max_content_size: 10_000_000,
      conditions: [
        {
          server_ids: ["s1"],
          tenant_ids: null,
          tools: ["greet"],
          prompts: null,
          resources: null,
          agents: null,
          user_patterns: null,
          content_types: null,
        },
      ],
      applied_to: null,
      capabilities: [],
      config: { find: "bad", put: "good" },
      mcp: { ...mcp, reconnect_attempts: 3, reconnect_delay: 0.1 },
    });
  });

  test("what the host gave stays, null and its defaults included", () => {
    const host = { description: null, priority: 100, mode: "enforce", conditions: [], hooks: [] };
    expect(mergePluginConfig(local(host), remote)).toMatchObject({
      ...host,
      version: "2",
      config: { find: "bad" },
    });
  });

  test("the defaults are for what neither side gave", () => {
    expect(mergePluginConfig(local(), { hooks: ["a"] })).toMatchObject({
      hooks: ["a"],
      mode: "sequential",
      on_error: "fail",
      priority: 100,
      config: null,
    });
  });

  test.each(["enforce", "enforce_ignore_error", "permissive", "disabled", "audit", "transform"])(
    "a server of either generation may say mode %s",
    (mode) => {
      expect(mergePluginConfig(local(), { ...remote, mode }).mode).toBe(mode);
    },
  );

  test("an old name of a mode says what an error does, unless server or host say it", () => {
    const theirs = { name: remote.name, mode: "enforce_ignore_error" };
    expect(mergePluginConfig(local(), theirs).on_error).toBe("ignore");
    expect(mergePluginConfig(local(), { ...theirs, on_error: "disable" }).on_error).toBe("disable");
    expect(mergePluginConfig(local({ on_error: "fail" }), theirs).on_error).toBe("fail");
  });

  test("unknown fields are left out, a transport of the server's does not count", () => {
    const merged = mergePluginConfig(local(), {
      ...remote,
      later: 1,
      grpc: {},
      mcp: { proto: "SSE" },
    });
    expect(merged).not.toHaveProperty("later");
    expect(merged).not.toHaveProperty("grpc");
    expect(merged.mcp).toMatchObject(mcp);
    expect(merged.kind).toBe("external");
  });

  test("is frozen, and independent of what came", () => {
    const theirs = structuredClone(remote);
    const merged = mergePluginConfig(local(), theirs);
    theirs.config.find = "other";
    theirs.hooks.push("x");
    expect(merged).toMatchObject({ config: { find: "bad" }, hooks: ["tool_pre_invoke"] });
    expect(Object.isFrozen(merged.config)).toBe(true);
  });

  test("a key __proto__ stays an own member", () => {
    const merged = mergePluginConfig(local(), JSON.parse('{"config":{"__proto__":{"a":1}}}'));
    expect(Object.keys(merged.config ?? {})).toStrictEqual(["__proto__"]);
    expect(Object.getPrototypeOf(merged.config)).toBe(Object.prototype);
  });

  test.each([[undefined], [null], [{}]])("%j is no configuration", (nothing) => {
    const failure = failureOf(() => mergePluginConfig(local(), nothing));
    expect(failure).toMatchObject({ code: "CONFIG_FETCH_FAILED", phase: "fetchingConfig" });
    expect(failure.message).toBe(
      "Unable to retrieve configuration for external plugin: the server has none for the name Rewrite. Either it knows no plugin of that name, or it is no plugin server",
    );
  });

  test.each<[unknown, string]>([
    ["x", "malformed: it is no object"],
    [[], "malformed: it is no object"],
    [{ ...remote, mode: "loud" }, "malformed: mode must be one of enforce, "],
    [{ ...remote, hooks: null }, "malformed: hooks must be a list of texts"],
    [{ ...remote, hooks: [1] }, "malformed: hooks.0 must be a text"],
    [{ ...remote, priority: "s3cret" }, "malformed: priority must be a whole number"],
    [{ ...remote, conditions: [{ tools: "s3cret" }] }, "malformed: conditions.0.tools must be"],
    [{ ...remote, description: 1 }, "malformed: description must be a text or null"],
    [{ ...remote, config: ["s3cret"] }, "malformed: config must be an object or null"],
    [{ ...remote, name: "REWRITE" }, "it spells the name with other upper and lower case"],
    [{ ...remote, name: "s3cret" }, "its name is another one"],
    [{ ...remote, name: 1 }, "its name is another one"],
  ])("%j is refused", (theirs, why) => {
    const failure = failureOf(() => mergePluginConfig(local(), theirs));
    expect(failure).toMatchObject({ code: "CONFIG_FETCH_FAILED", phase: "fetchingConfig" });
    expect(failure.message).toContain(why);
    expect(failure.message).not.toContain("s3cret");
  });

  test("a configuration that nests without measure is refused", () => {
    let config: unknown = 1;
    for (let level = 0; level < 100_000; level++) config = { config };
    expect(failureOf(() => mergePluginConfig(local(), config)).message).toContain(
      "malformed: config must not nest more than 200 levels",
    );
  });
});

describe("readConfigAnswer", () => {
  test("a plugin that the server does not know", () => {
    expect(readConfigAnswer("Nope", recorded("get_plugin_config_not_found"))).toStrictEqual({});
  });

  test("a name in other case is found, and then refused", () => {
    const found = readConfigAnswer("rewrite", recorded("get_plugin_config_case_insensitive"));
    expect(found).toMatchObject({ name: "Rewrite" });
    expect(failureOf(() => mergePluginConfig(local({}, "rewrite"), found)).message).toContain(
      "upper and lower case",
    );
  });

  test("a disabled plugin is found", () => {
    const found = readConfigAnswer("Disabled", recorded("get_plugin_config_disabled"));
    expect(mergePluginConfig(local({}, "Disabled"), found).mode).toBe("disabled");
  });

  test("the first text counts, and blocks of other kinds do not", () => {
    const image = { type: "image", data: "" };
    const { content } = toolResult({ name: "a" }, "garbage");
    expect(readConfigAnswer("P", { content: [image, ...content] })).toStrictEqual({ name: "a" });
    expect(readConfigAnswer("P", { content: [image] })).toBe(undefined);
    expect(readConfigAnswer("P", { content: [] })).toBe(undefined);
  });

  test("a number in it may be rounded", () => {
    const answer = toolResult('{"config":{"n":9007199254740993}}');
    expect(readConfigAnswer("P", answer)).toStrictEqual({ config: { n: 9007199254740992 } });
  });

  test.each<[string, unknown, string]>([
    [
      "a failed tool",
      recorded("get_plugin_config_missing_arg"),
      "its tool get_plugin_config failed, or it has none and is no plugin server: <",
    ],
    [
      "an unknown tool",
      { ...toolResult("Unknown tool: s3cret"), isError: true },
      "it has none and is no plugin server",
    ],
    ["no JSON", toolResult("s3cret"), "it is no JSON"],
    ["a key __proto__", toolResult('{"__proto__":1}'), "__proto__"],
    ["no tool's result", null, "must be an object"],
    ["no content", {}, "content is missing"],
  ])("%s", (_, answer, why) => {
    const failure = failureOf(() => readConfigAnswer("P", answer));
    expect(failure).toMatchObject({ code: "CONFIG_FETCH_FAILED", phase: "fetchingConfig" });
    expect(failure.message).toMatch(/^Unable to retrieve configuration for external plugin P: /);
    expect(failure.message).toContain(why);
    expect(failure.message).not.toContain("s3cret");
  });
});

describe("isSameConfig", () => {
  const merged = (changes: object = {}) => mergePluginConfig(local(), { ...remote, ...changes });
  const before = merged();

  test.each<[string, object]>([
    ["nothing", {}],
    ["unknown fields", { later: 1 }],
    ["the order of hooks", { hooks: ["tool_pre_invoke"] }],
    ["a field null instead of missing", { conditions: [{ tools: ["a"], prompts: null }] }],
    ["a set empty instead of null", { conditions: [{ tools: ["a"], tenant_ids: [] }] }],
    ["a set with an entry twice", { conditions: [{ tools: ["a", "a"] }] }],
  ])("%s is no change", (_, changes) => {
    expect(isSameConfig(before, merged(changes))).toBe(true);
  });

  test("the order of keys and of sets is no change", () => {
    const one = { hooks: ["a", "b"], conditions: [{ tools: ["x", "y"], agents: ["p", "q"] }] };
    const other = { conditions: [{ agents: ["q", "p"], tools: ["y", "x"] }], hooks: ["b", "a"] };
    const settings = { config: { a: 1, b: { c: [1, 2], d: null } } };
    const reordered = { config: { b: { d: null, c: [1, 2] }, a: 1 } };
    expect(isSameConfig(merged({ ...one, ...settings }), merged({ ...other, ...reordered }))).toBe(
      true,
    );
  });

  test.each<[string, object]>([
    ["mode", { mode: "audit" }],
    ["priority", { priority: 8 }],
    ["one hook less", { hooks: [] }],
    ["one hook more", { hooks: ["tool_pre_invoke", "tool_post_invoke"] }],
    ["no conditions", { conditions: [] }],
    ["one condition more", { conditions: [...remote.conditions, {}] }],
    ["a name in a condition", { conditions: [{ tools: ["b"] }] }],
    ["another set of a condition", { conditions: [{ prompts: ["a"] }] }],
    ["a setting", { config: { find: "worse" } }],
    ["a setting more", { config: { find: "bad", put: null } }],
    ["a key that is inherited", { config: { find: "bad", toString: {} } }],
    ["no settings", { config: null }],
    ["a description", { description: null }],
  ])("%s is a change", (_, changes) => {
    expect(isSameConfig(before, merged(changes))).toBe(false);
    expect(isSameConfig(merged(changes), before)).toBe(false);
  });

  test("the order of a list in the settings is a change", () => {
    expect(isSameConfig(merged({ config: { a: [1, 2] } }), merged({ config: { a: [2, 1] } }))).toBe(
      false,
    );
    expect(isSameConfig(merged({ config: { a: [1, 2] } }), merged({ config: { a: [1, 3] } }))).toBe(
      false,
    );
    expect(isSameConfig(merged({ config: { a: [] } }), merged({ config: { a: {} } }))).toBe(false);
  });
});
