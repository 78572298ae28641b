import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PluginError } from "../../src/errors.ts";
import {
  type HostConfig,
  type HostConfigOptions,
  loadHostConfig,
  parseHostConfig,
} from "../../src/host/index.ts";
import { silentLogger } from "../../src/logger.ts";
import { parsePluginConfig } from "../../src/models/parse-plugin-config.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "host-config-"));
  mkdirSync(path.join(folder, "certs"));
  for (const file of ["ca.pem", "c.pem", "c.key"]) writeFileSync(inFolder(`certs/${file}`), "");
});

afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (file: string): string => path.join(folder, file);

function write(name: string, content: string | Uint8Array): string {
  const file = inFolder(name);
  writeFileSync(file, content);
  return file;
}

const load = async (
  name: string,
  content: string | Uint8Array,
  options?: HostConfigOptions,
): Promise<HostConfig> => await loadHostConfig(write(name, content), { env: {}, ...options });

/** What is wrong, each as `line:column path: message`. */
async function problems(name: string, content: string, options?: HostConfigOptions) {
  const error = await load(name, content, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!PluginError.is(error)) throw new Error("expected a refusal", { cause: error });
  expect(error).toMatchObject({ code: "CONFIG_INVALID", plugin: "", phase: "configuring" });
  return (error.issues ?? []).map((issue) => {
    expect(issue.file).toBe(inFolder(name));
    const shown = `${issue.line}:${issue.column} ${issue.path}`;
    expect(error.message).toContain(`\n  ${issue.file}:${shown}`.trimEnd());
    return `${shown}: ${issue.message}`;
  });
}

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
    const text = yaml.replaceAll("CERTS", inFolder("certs"));
    const config = await load("hosts.yaml", text, { env: { GUARD_HOST: "guard.example" } });
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
                ca_bundle: inFolder("certs/ca.pem"),
                certfile: inFolder("certs/c.pem"),
                keyfile: inFolder("certs/c.key"),
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
    const { plugins } = await load("hosts.yaml", yaml.replaceAll("CERTS", inFolder("certs")), {
      env: { GUARD_HOST: "guard.example" },
    });
    const given = plugins.map(({ config }) => [...parsePluginConfig(config).given].sort());
    expect(given).toStrictEqual([["conditions", "mode", "priority"], ["description"]]);
  });

  test("in JSON it is the same", async () => {
    const written = {
      plugins: [{ name: "A", kind: "external", mcp: { proto: "STDIO", cmd: ["a"] } }],
      plugin_dirs: ["."],
    };
    const json = await load("hosts.json", JSON.stringify(written, null, "\t"));
    expect(await load("hosts.yml", JSON.stringify(written))).toStrictEqual(json);
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
    const { plugins } = await load(
      "hosts.yaml",
      `plugins: [{name: A, kind: external, mode: ${mode}, mcp: {proto: STDIO, cmd: [a]}}]`,
    );
    expect(plugins[0]?.config.mode).toBe(mode);
  });

  test("templates of others are theirs, but the environment is filled in", async () => {
    const { others } = await load(
      "hosts.yaml",
      `
plugins:
  - name: Webhook
    kind: a.Webhook
    config:
      url: "{{ env.HOOK_URL }}"
      template: '{"event": "{{ event }}", "by": "{{ user.name }}", "from": "{{ env.HOOK_URL }}"}'
      later: {{ env.NO }}
`,
      { env: { HOOK_URL: "http://hook" } },
    );
    expect(others[0]?.config).toStrictEqual({
      url: "http://hook",
      template: '{"event": "{{ event }}", "by": "{{ user.name }}", "from": "{{ env.HOOK_URL }}"}',
      later: "{{ env.NO }}",
    });
    const outside =
      "plugins: [{name: A, kind: a.B, author: '{{ user }}', config: {a: '{{ user }}'}}]";
    expect(await problems("hosts.yaml", outside)).toStrictEqual([
      expect.stringMatching(/^1:32 plugins\.0\.author: the template uses the variable user/),
    ]);
  });

  test("anchors and merges are its own business", async () => {
    const { plugins } = await load(
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
      expect(await load("hosts.yaml", text)).toMatchObject({ plugins: [], others: [] });
    },
  );

  test("the options of the host are for every plugin, and its objects stay its own", async () => {
    const logger = { ...silentLogger };
    const { plugins } = await load(
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

describe("mcpServers, as other hosts have it", () => {
  test("is a list of plugins by their names", async () => {
    const config = await load(
      "mcp.json",
      JSON.stringify({
        mcpServers: {
          fs: { command: "npx", args: ["-y", "server"], env: {}, cwd: "work", autoApprove: ["x"] },
          env: { type: "stdio", command: "a", env: { TOKEN: "{{ env.TOKEN }}" } },
          web: {
            type: "http",
            url: "https://web.example/mcp",
            headers: { Authorization: "B {{ env.TOKEN }}" },
          },
          streamable: { type: "streamable-http", url: "http://localhost:1/mcp" },
          off: { command: "b", disabled: true },
        },
      }),
      { env: { TOKEN: "t0k" } },
    );
    const reconnect = { reconnect_attempts: 3, reconnect_delay: 0.1 };
    expect(config.plugins).toStrictEqual([
      {
        config: {
          name: "fs",
          kind: "external",
          mcp: { proto: "STDIO", cmd: ["npx", "-y", "server"], cwd: "work", ...reconnect },
        },
        options: {},
      },
      {
        config: {
          name: "env",
          kind: "external",
          mcp: { proto: "STDIO", cmd: ["a"], env: { TOKEN: "t0k" }, ...reconnect },
        },
        options: {},
      },
      {
        config: {
          name: "web",
          kind: "external",
          mcp: { proto: "STREAMABLEHTTP", url: "https://web.example/mcp", ...reconnect },
        },
        options: { headers: { Authorization: "B t0k" }, http: {} },
      },
      {
        config: {
          name: "streamable",
          kind: "external",
          mcp: { proto: "STREAMABLEHTTP", url: "http://localhost:1/mcp", ...reconnect },
        },
        options: { http: {} },
      },
      {
        config: {
          name: "off",
          kind: "external",
          mode: "disabled",
          mcp: { proto: "STDIO", cmd: ["b"], ...reconnect },
        },
        options: {},
      },
    ]);
  });

  test("headers of the host's options count before those of the file", async () => {
    const { plugins } = await load(
      "mcp.json",
      JSON.stringify({ mcpServers: { a: { url: "http://a/mcp", headers: { A: "file" } } } }),
      { options: { headers: { A: "option" } } },
    );
    expect(plugins[0]?.options.headers).toStrictEqual({ A: "option" });
  });

  test("is refused with the paths that it has", async () => {
    const text = `{
  "mcpServers": {
    "none": {},
    "both": {"command": "a", "url": "http://a/"},
    "sse": {"type": "sse", "url": "http://a/"},
    "type": {"type": "magic", "url": "http://a/"},
    "wrong": {"type": "stdio", "url": "http://a/"},
    "args": {"command": "a", "args": ["x", " ", 5]},
    "blank": {"command": " "},
    "blanks": {"command": "a", "args": ["x", ""]},
    "env": {"command": "a", "env": {"PORT": 1}},
    "headers": {"url": "http://a/", "headers": {"a": 1}},
    "url": {"url": "ftp://a/"},
    "shell": {"command": "a", "env": {"T": "\${env:TOKEN}", "D": "\${X:-s3cret}"}, "url": null},
    "": {"command": "a"},
    "text": "npx"
  }
}`;
    expect(await problems("mcp.json", text)).toStrictEqual([
      "3:5 mcpServers.none: must have command, or url",
      "4:30 mcpServers.both.url: must not be given besides command: remove one",
      "5:13 mcpServers.sse.type: sse is not supported: use http, or stdio",
      "6:14 mcpServers.type.type: must be one of stdio, http, streamable-http, streamableHttp, streamable_http",
      "7:15 mcpServers.wrong.type: stdio does not go with url",
      "8:49 mcpServers.args.args.2: must be a text",
      "9:15 mcpServers.blank.command: MCP stdio cmd entries must be non-empty strings.",
      "10:46 mcpServers.blanks.args.1: MCP stdio cmd entries must be non-empty strings.",
      "11:37 mcpServers.env.env.PORT: Input should be a valid string; put it in quotes",
      "12:49 mcpServers.headers.headers.a: must be a text",
      "13:13 mcpServers.url.url: URL must start with one of: http://, https://, ws://, wss:// (the last two cannot be used here)",
      expect.stringMatching(
        /^14:39 mcpServers\.shell\.env\.T: \$\{env:TOKEN…\} is not filled in here/,
      ),
      expect.stringMatching(/^14:60 mcpServers\.shell\.env\.D: \$\{X:…\} is not filled in here/),
      "15:5 mcpServers.: must not be blank: the server finds the plugin by it",
      "16:5 mcpServers.text: must be an object with command, or url",
    ]);
  });
});

describe("what is wrong with a configuration", () => {
  test("is said all at once, with file, line and path, in the order of the file", async () => {
    const text = `plugins:
  - name: " "
    kind: external
    mode: loud
    priority: high
    mcp: {proto: STDIO, cmd: [node], env: {DEBUG: on}}
  - name: Guard
    kind: external
    conditions:
      - tools: search
    mcp:
      proto: STREAMABLEHTTP
      url: ftp://guard.example
      tls:
        ca_bundle: /no/such.pem
  - kind: external
  - just a text
  - name: Guard
    kind: a.B
    hooks: tool_pre_invoke
  - name: Both
    kind: external
    grpc: {target: "a:1"}
    unix_socket: {path: /a}
  - name: Templated
    kind: external
    priority: {{ env.PRIORITY }}
    mcp: {proto: STDIO, cmd: ["{{ env.CMD | upper }}"], later: "{{ env.NO }}"}
plugin_dirs: here
plugin_settings:
  plugin_timeout: 0
  fail_on_plugin_error: perhaps
server_settings:
  port: 70000
  uds: /no/such/folder/p.sock
  tls: {keyfile: /no/such.key, ssl_cert_reqs: 3}
grpc_server_settings: 5
mcpServers: []
`;
    expect(await problems("hosts.yaml", text)).toStrictEqual([
      "2:5 plugins.0.name: must not be blank: the server finds the plugin by it",
      "4:5 plugins.0.mode: must be one of enforce, enforce_ignore_error, permissive, disabled, sequential, transform, audit, concurrent, fire_and_forget",
      "5:5 plugins.0.priority: must be a whole number",
      "6:44 plugins.0.mcp.env.DEBUG: Input should be a valid string; put it in quotes",
      "10:9 plugins.1.conditions.0.tools: must be a list of texts, or null",
      "13:7 plugins.1.mcp.url: URL must start with one of: http://, https://, ws://, wss:// (the last two cannot be used here)",
      "15:9 plugins.1.mcp.tls.ca_bundle: TLS file path does not exist: /no/such.pem",
      "16:5 plugins.2.name: must be a text: the name of the plugin on its server",
      "16:5 plugins.2.mcp: The mcp section must be defined for external plugin: it says how to reach the server (grpc and unix_socket are not supported)",
      "17:5 plugins.3: must be an object with name, kind and mcp",
      "18:5 plugins.4.name: Plugin Guard already registered: plugins.1.name, line 7 has that name too",
      "20:5 plugins.4.hooks: must be a list of texts",
      "24:5 plugins.5.unix_socket: External plugin Both can only have one transport configured (mcp, grpc, or unix_socket): remove one",
      "27:5 plugins.6.priority: the environment variable PRIORITY is not set: set it, or write {{ env.PRIORITY | default('…') }}",
      "28:31 plugins.6.mcp.cmd.0: the template uses the filter upper, which is not supported here: write {{ env.NAME }}, or {{ env.NAME | default('…') }}",
      "28:57 plugins.6.mcp.later: the environment variable NO is not set: set it, or write {{ env.NO | default('…') }}",
      "29:1 plugin_dirs: must be a list of texts",
      "31:3 plugin_settings.plugin_timeout: must be 1 second or more",
      "32:3 plugin_settings.fail_on_plugin_error: must be true or false",
      "34:3 server_settings.port: must be a port, from 0 to 65535",
      "35:3 server_settings.uds: MCP server uds parent directory does not exist: /no/such/folder",
      "36:3 server_settings.tls: TLS configuration is not supported for Unix domain sockets.",
      "36:3 server_settings.tls.certfile: keyfile requires certfile to be specified",
      "36:9 server_settings.tls.keyfile: TLS file path does not exist: /no/such.key",
      "36:32 server_settings.tls.ssl_cert_reqs: must be 0, 1 or 2",
      "37:1 grpc_server_settings: must be an object or null",
      "38:1 mcpServers: must be an object, with a server per name",
    ]);
  });

  test("an error of syntax hides the fields, but no other error of syntax or template", async () => {
    const text = "plugins:\n  - name: {% raw %}\n  - kind: @a\n";
    expect(await problems("hosts.yaml", text)).toStrictEqual([
      expect.stringMatching(/^2:11 : the template statement {% raw %} is not supported/),
      expect.stringMatching(/^3:11 : YAML: Plain value cannot start with reserved character @/),
    ]);
  });

  test.each(["a text", "[1]", "5", "'{}'"])("a document that is %s", async (text) => {
    expect(await problems("hosts.yaml", text)).toStrictEqual([
      "1:1 : must be an object with plugins, or mcpServers",
    ]);
  });

  test.each(["plugins: 5", "plugins: {A: 1}", "plugins: external"])("%s", async (text) => {
    expect(await problems("hosts.yaml", text)).toStrictEqual([
      "1:1 plugins: must be a list of plugins",
    ]);
  });

  test("YAML's own words are no names of plugins", async () => {
    const text = "plugins:\n- {name: Off, kind: external, mcp: {proto: STDIO, cmd: [a]}}";
    expect(await problems("hosts.yaml", text)).toStrictEqual([
      "2:4 plugins.0.name: must be a text: the name of the plugin on its server",
    ]);
  });

  test("a name may be used again by a plugin that is disabled", async () => {
    const entry = (more: string): string =>
      `- {name: A, kind: external, ${more} mcp: {proto: STDIO, cmd: [a]}}`;
    const text = ["plugins:", entry("mode: disabled,"), entry(""), entry("mode: disabled,")];
    expect((await load("hosts.yaml", text.join("\n"))).plugins).toHaveLength(3);
    const listed = [...text, "mcpServers: {A: {command: a}}"].join("\n");
    expect(await problems("hosts.yaml", listed)).toStrictEqual([
      "5:14 mcpServers.A: Plugin A already registered: plugins.1.name, line 3 has that name too",
    ]);
  });

  test("secrets of the environment are not in it", async () => {
    const error = await load(
      "hosts.yaml",
      'plugins:\n- {name: A, kind: external, mcp: {proto: STREAMABLEHTTP, url: "http://u:{{ env.S }}@h/", env: {A: "{{ env.S }}"}, script: "{{ env.S }}"}}',
      { env: { S: "s3cret" } },
    ).catch((thrown: unknown) => thrown);
    expect(PluginError.is(error) && error.issues).toHaveLength(3);
    expect(JSON.stringify(error)).not.toContain("s3cret");
    expect(String(error)).not.toContain("s3cret");
  });
});

describe("the file", () => {
  test.each<[string, () => string, RegExp]>([
    ["is missing", () => inFolder("none.yaml"), /^does not exist$/],
    ["is a folder", () => folder, /^is a folder$/],
    [
      "is no text",
      () => write("latin.yaml", Buffer.from([0x61, 0x3a, 0xe9])),
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
    expect(await load("bom.yaml", "\ufeffplugin_dirs: [a]")).toMatchObject({ plugin_dirs: ["a"] });
    expect(await load("bom.json", '\ufeff{"plugin_dirs": ["a"]}')).toMatchObject({
      plugin_dirs: ["a"],
    });
  });

  test("is the one that the environment names, if the host names none", async () => {
    const file = write("named.yaml", "plugin_dirs: [named]");
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
