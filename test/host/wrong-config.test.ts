import { describe, expect, test } from "vitest";
import { PluginError } from "../../src/errors.ts";
import { ConfigFolder } from "./support/config-folder.ts";

const folder = new ConfigFolder();

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
    expect(await folder.problems("hosts.yaml", text)).toStrictEqual([
      "2:5 plugins.0.name: must not be blank: the server finds the plugin by it",
      "4:5 plugins.0.mode: must be one of enforce, enforce_ignore_error, permissive, disabled, sequential, transform, audit, concurrent, fire_and_forget",
      "5:5 plugins.0.priority: must be a whole number",
      "6:44 plugins.0.mcp.env.DEBUG: Input should be a valid string; put it in quotes",
      "10:9 plugins.1.conditions.0.tools: must be a list of texts, or null",
      "13:7 plugins.1.mcp.url: URL must start with one of: http://, https://, ws://, wss:// (the last two cannot be used here)",
      "15:9 plugins.1.mcp.tls.ca_bundle: TLS file path does not exist: /no/such.pem",
      "16:5 plugins.2.name: must be a text: the name of the plugin on its server",
      "16:5 plugins.2.mcp: External plugin  must have 'mcp', 'grpc', or 'unix_socket' section configured: write mcp, the one that is supported here",
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
    expect(await folder.problems("hosts.yaml", text)).toStrictEqual([
      expect.stringMatching(/^2:11 : the template statement {% raw %} is not supported/),
      expect.stringMatching(/^3:11 : YAML: Plain value cannot start with reserved character @/),
    ]);
  });

  test.each(["a text", "[1]", "5", "'{}'"])("a document that is %s", async (text) => {
    expect(await folder.problems("hosts.yaml", text)).toStrictEqual([
      "1:1 : must be an object with plugins, or mcpServers",
    ]);
  });

  test.each(["plugins: 5", "plugins: {A: 1}", "plugins: external"])("%s", async (text) => {
    expect(await folder.problems("hosts.yaml", text)).toStrictEqual([
      "1:1 plugins: must be a list of plugins",
    ]);
  });

  test("YAML's own words are no names of plugins", async () => {
    const text = "plugins:\n- {name: Off, kind: external, mcp: {proto: STDIO, cmd: [a]}}";
    expect(await folder.problems("hosts.yaml", text)).toStrictEqual([
      "2:4 plugins.0.name: must be a text: the name of the plugin on its server",
    ]);
  });

  test("a name may be used again by a plugin that is disabled", async () => {
    const entry = (more: string): string =>
      `- {name: A, kind: external, ${more} mcp: {proto: STDIO, cmd: [a]}}`;
    const text = ["plugins:", entry("mode: disabled,"), entry(""), entry("mode: disabled,")];
    expect((await folder.load("hosts.yaml", text.join("\n"))).plugins).toHaveLength(3);
    const listed = [...text, "mcpServers: {A: {command: a}}"].join("\n");
    expect(await folder.problems("hosts.yaml", listed)).toStrictEqual([
      "5:14 mcpServers.A: Plugin A already registered: plugins.1.name, line 3 has that name too",
    ]);
  });

  test("secrets of the environment are not in it", async () => {
    const error = await folder
      .load(
        "hosts.yaml",
        'plugins:\n- {name: A, kind: external, mcp: {proto: STREAMABLEHTTP, url: "http://u:{{ env.S }}@h/", env: {A: "{{ env.S }}"}, script: "{{ env.S }}"}}',
        { env: { S: "s3cret" } },
      )
      .catch((thrown: unknown) => thrown);
    expect(PluginError.is(error) && error.issues).toHaveLength(3);
    expect(JSON.stringify(error)).not.toContain("s3cret");
    expect(String(error)).not.toContain("s3cret");
  });
});
