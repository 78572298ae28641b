import { mkdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { loadHostConfig, parseHostConfig } from "../../src/host/index.ts";
import { silentLogger } from "../../src/logger.ts";
import { parsePluginConfig } from "../../src/models/parse-plugin-config.ts";
import { ConfigFolder } from "./support/config-folder.ts";

const folder = new ConfigFolder();

beforeAll(() => {
  mkdirSync(folder.at("certs"));
  for (const file of ["ca.pem", "c.pem", "c.key"]) folder.write(`certs/${file}`, "");
});

describe("a whole configuration", () => {
  const yaml = `
plugins:
  - name: Redactor
    kind: external
    mode: enforce
    priority: 10
    conditions: [{tools: [search], server_ids: [s1], content_types: ["Text/Plain; q=1"]}]
    mcp:
      proto: STDIO
      cmd: [node, dist/server.js]
      cwd: redactor
      env: {PLUGINS_CONFIG_PATH: plugins.yaml}
  - name: Guard
    kind: external
    description: ~
    mcp:
      proto: STREAMABLEHTTP
      url: "https://{{ env.GUARD_HOST }}:8443/mcp"
      tls: {ca_bundle: CERTS/ca.pem, certfile: CERTS/c.pem, keyfile: CERTS/c.key}
      reconnect_attempts: "{{ env.ATTEMPTS | default('5') }}"
      reconnect_delay: {{ env.DELAY | default(0.5) }}
  - name: Local
    kind: my_pkg.plugins.Local
    hooks: [tool_pre_invoke, tool_post_invoke]
    config: {words: [a, b], since: 2024-01-01}
  - name: Far
    kind: external
    mode: permissive
    grpc: {target: "localhost:50051"}
plugin_dirs: [.]
server_settings: {host: 0.0.0.0, port: "9000"}
plugin_settings: {plugin_timeout: 7, fail_on_plugin_error: yes, later: 1}
later: {anything: goes}
`;

  test("in YAML, with what is this library's and what is not", async () => {
    const text = yaml.replaceAll("CERTS", folder.at("certs"));
    const config = await folder.load("hosts.yaml", text, { env: { GUARD_HOST: "guard.example" } });
    expect(config).toStrictEqual({
      plugins: [
        {
          config: {
            name: "Redactor",
            kind: "external",
            mode: "enforce",
            priority: 10,
            conditions: [{ tools: ["search"], server_ids: ["s1"], content_types: ["text/plain"] }],
            mcp: {
              proto: "STDIO",
              cmd: ["node", "dist/server.js"],
              cwd: "redactor",
              env: { PLUGINS_CONFIG_PATH: "plugins.yaml" },
              reconnect_attempts: 3,
              reconnect_delay: 0.1,
            },
          },
          options: { timeouts: { callMs: 7_000 } },
        },
        {
          config: {
            name: "Guard",
            kind: "external",
            description: null,
            mcp: {
              proto: "STREAMABLEHTTP",
              url: "https://guard.example:8443/mcp",
              tls: {
                ca_bundle: folder.at("certs/ca.pem"),
                certfile: folder.at("certs/c.pem"),
                keyfile: folder.at("certs/c.key"),
                verify: true,
                check_hostname: true,
              },
              reconnect_attempts: 5,
              reconnect_delay: 0.5,
            },
          },
          options: { timeouts: { callMs: 7_000 }, http: {} },
        },
      ],
      others: [
        expect.objectContaining({
          name: "Local",
          kind: "my_pkg.plugins.Local",
          hooks: ["tool_pre_invoke", "tool_post_invoke"],
          mode: "sequential",
          config: { words: ["a", "b"], since: "2024-01-01" },
        }),
        expect.objectContaining({ name: "Far", kind: "external", mode: "permissive" }),
      ],
      plugin_dirs: ["."],
      plugin_settings: {
        parallel_execution_within_band: false,
        plugin_timeout: 7,
        fail_on_plugin_error: true,
        enable_plugin_api: false,
        plugin_health_check_interval: 60,
        include_user_info: false,
      },
      server_settings: { host: "0.0.0.0", port: 9000, uds: null, tls: null },
      grpc_server_settings: null,
      unix_socket_server_settings: null,
    });
    expect(Object.isFrozen(config) && Object.isFrozen(config.plugins[0]?.config)).toBe(true);
  });

  test("what the file does not say of a plugin is left to its server", async () => {
    const { plugins } = await folder.load(
      "hosts.yaml",
      yaml.replaceAll("CERTS", folder.at("certs")),
      {
        env: { GUARD_HOST: "guard.example" },
      },
    );
    const given = plugins.map(({ config }) => [...parsePluginConfig(config).given].sort());
    expect(given).toStrictEqual([["conditions", "mode", "priority"], ["description"]]);
  });

  test("in JSON it is the same", async () => {
    const written = {
      plugins: [{ name: "A", kind: "external", mcp: { proto: "STDIO", cmd: ["a"] } }],
      plugin_dirs: ["."],
    };
    const json = await folder.load("hosts.json", JSON.stringify(written, null, "\t"));
    expect(await folder.load("hosts.yml", JSON.stringify(written))).toStrictEqual(json);
    expect(json.plugins[0]?.config.name).toBe("A");
  });

  test.each([
    "enforce",
    "enforce_ignore_error",
    "permissive",
    "disabled",
    "sequential",
    "transform",
    "audit",
    "concurrent",
    "fire_and_forget",
  ])("mode %s of either generation", async (mode) => {
    const { plugins } = await folder.load(
      "hosts.yaml",
      `plugins: [{name: A, kind: external, mode: ${mode}, mcp: {proto: STDIO, cmd: [a]}}]`,
    );
    expect(plugins[0]?.config.mode).toBe(mode);
  });

  test("templates of others are theirs, but the environment is filled in", async () => {
    const { others } = await folder.load(
      "hosts.yaml",
      `
plugins:
  - name: Webhook
    kind: a.Webhook
    config:
      url: "{{ env.HOOK_URL }}"
      template: '{"event": "{{ event }}", "by": "{{ user.name }}", "from": "{{ env.HOOK_URL }}"}'
`,
      { env: { HOOK_URL: "http://hook" } },
    );
    expect(others[0]?.config).toStrictEqual({
      url: "http://hook",
      template: '{"event": "{{ event }}", "by": "{{ user.name }}", "from": "http://hook"}',
    });
    const unset =
      "plugins: [{name: A, kind: a.B, config: {a: '{{ env.NO }}', b: '{{ env.A | upper }}'}}]";
    expect(await folder.problems("hosts.yaml", unset, { env: { A: "a" } })).toStrictEqual([
      expect.stringMatching(/^1:41 plugins\.0\.config\.a: the environment variable NO is not set/),
      expect.stringMatching(/^1:60 plugins\.0\.config\.b: the template uses the filter upper/),
    ]);
    const outside =
      "plugins: [{name: A, kind: a.B, author: '{{ user }}', config: {a: '{{ user }}'}}]";
    expect(await folder.problems("hosts.yaml", outside)).toStrictEqual([
      expect.stringMatching(/^1:32 plugins\.0\.author: the template uses the variable user/),
    ]);
  });

  test("anchors and merges are its own business", async () => {
    const { plugins } = await folder.load(
      "hosts.yaml",
      `
.common: &common
  kind: external
  priority: 1
plugins:
  - {<<: *common, name: A, mcp: &mcp {proto: STDIO, cmd: [a]}}
  - {<<: *common, name: B, priority: 2, mcp: *mcp}
`,
    );
    expect(plugins.map(({ config: { name, priority } }) => [name, priority])).toStrictEqual([
      ["A", 1],
      ["B", 2],
    ]);
  });

  test.each(["", "# nothing\n", "---\n", "plugins:\n", "plugins: []", "other: 1", "{}"])(
    "%j has no plugins",
    async (text) => {
      expect(await folder.load("hosts.yaml", text)).toMatchObject({ plugins: [], others: [] });
    },
  );

  test("the options of the host are for every plugin, and its objects stay its own", async () => {
    const logger = { ...silentLogger };
    const { plugins } = await folder.load(
      "hosts.json",
      JSON.stringify({ mcpServers: { a: { command: "a" }, b: { url: "http://localhost/mcp" } } }),
      { options: { logger, maxInFlight: 4 } },
    );
    for (const { options } of plugins) {
      expect(options.maxInFlight).toBe(4);
      expect(options.logger).toBe(logger);
    }
  });
});

describe("the file", () => {
  test.each<[string, () => string, RegExp]>([
    ["is missing", () => folder.at("none.yaml"), /^does not exist$/],
    ["is a folder", () => folder.path, /^is a folder$/],
    [
      "is no text",
      () => folder.write("latin.yaml", Buffer.from([0x61, 0x3a, 0xe9])),
      /^is no text in UTF-8$/,
    ],
    ["has a name that no file has", () => "a\0b", /^cannot be read \(ERR_INVALID_ARG_VALUE\)$/],
  ])("%s", async (_, make, message) => {
    const file = make();
    const error = await loadHostConfig(file, { env: {} }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "CONFIG_INVALID",
      issues: [{ path: "", message: expect.stringMatching(message), file }],
    });
  });

  test("may begin with a byte order mark", async () => {
    expect(await folder.load("bom.yaml", "\ufeffplugin_dirs: [a]")).toMatchObject({
      plugin_dirs: ["a"],
    });
    expect(await folder.load("bom.json", '\ufeff{"plugin_dirs": ["a"]}')).toMatchObject({
      plugin_dirs: ["a"],
    });
  });

  test("is the one that the environment names, if the host names none", async () => {
    const file = folder.write("named.yaml", "plugin_dirs: [named]");
    const config = await loadHostConfig(undefined, { env: { plugins_config_file: file } });
    expect(config.plugin_dirs).toStrictEqual(["named"]);
    await expect(loadHostConfig(undefined, { env: {} })).rejects.toThrow("plugins/config.yaml");
  });

  test("need not be one", () => {
    expect(parseHostConfig("plugin_dirs: [a]", { env: {} }).plugin_dirs).toStrictEqual(["a"]);
    expect(() => parseHostConfig("a: 1", { env: {}, format: "json" })).toThrow(
      "The configuration config is invalid:\n  config:1:1: this is no JSON",
    );
  });

  test("is read with the environment of the process by default", () => {
    const [name = ""] = Object.keys(process.env).filter((key) => /^[A-Z]+$/.test(key));
    const { plugin_dirs } = parseHostConfig(`plugin_dirs: ["{{ env.${name} }}"]`);
    expect(plugin_dirs).toStrictEqual([process.env[name]]);
  });
});
