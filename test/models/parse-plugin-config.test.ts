import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parsePluginConfig } from "../../src/models/parse-plugin-config.ts";
import { failureOf } from "./support/answers.ts";

const stdio = { proto: "STDIO", cmd: ["node", "server.js"] };
const http = { proto: "STREAMABLEHTTP", url: "https://guard.example:8443/mcp" };
const plugin = (mcp: unknown, more: object = {}): unknown => ({
  name: "Guard",
  kind: "external",
  mcp,
  ...more,
});

/** What is wrong, as `path: message`, sorted. */
function issues(input: unknown): string[] {
  const failure = failureOf(() => parsePluginConfig(input));
  expect(failure).toMatchObject({ code: "CONFIG_INVALID", phase: "configuring" });
  expect(failure).not.toHaveProperty("outcome");
  const list = (failure.issues ?? []).map(({ path: at, message }) => `${at}: ${message}`);
  for (const { path: at } of failure.issues ?? []) expect(failure.message).toContain(at);
  return list.sort();
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "plugin-config-"));
  for (const file of ["ca.pem", "cert.pem", "key.pem"]) writeFileSync(path.join(folder, file), "");
  mkdirSync(path.join(folder, "sockets"));
});

afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (file: string): string => path.join(folder, file);

describe("a valid configuration", () => {
  test("has all defaults", () => {
    const { config, given } = parsePluginConfig(plugin(stdio));
    expect(config).toStrictEqual({
      name: "Guard",
      description: null,
      author: null,
      kind: "external",
      namespace: null,
      version: null,
      hooks: [],
      tags: [],
      mode: "sequential",
      on_error: "fail",
      priority: 100,
      max_content_size: 10_000_000,
      conditions: [],
      applied_to: null,
      capabilities: [],
      config: null,
      mcp: { ...stdio, reconnect_attempts: 3, reconnect_delay: 0.1 },
    });
    expect(given).toStrictEqual(new Set());
  });

  test("says which fields were given, null included, undefined not", () => {
    const { config, given } = parsePluginConfig(
      plugin(stdio, { version: "1", description: null, priority: 5, author: undefined, later: 1 }),
    );
    expect(given).toStrictEqual(new Set(["version", "description", "priority"]));
    expect(config).toMatchObject({ version: "1", description: null, priority: 5 });
    expect(config).not.toHaveProperty("later");
  });

  test("is frozen, and independent of the input", () => {
    const mcp = { ...stdio, cmd: ["node"], env: { A: "1" } };
    const conditions = [{ tools: ["a"], later: 1 }];
    const { config } = parsePluginConfig(plugin(mcp, { conditions, applied_to: { tools: [] } }));
    mcp.cmd.push("x");
    mcp.env.A = "2";
    conditions[0]?.tools.push("b");
    expect(config).toMatchObject({ mcp: { cmd: ["node"], env: { A: "1" } } });
    expect(config.conditions).toStrictEqual([{ tools: ["a"] }]);
    expect(Object.isFrozen(config) && Object.isFrozen(config.mcp)).toBe(true);
    expect(Object.isFrozen(config.conditions[0]?.tools)).toBe(true);
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
  ])("mode %s", (mode) => {
    expect(parsePluginConfig(plugin(stdio, { mode })).config.mode).toBe(mode);
  });

  test("an old name of a mode says what an error does, unless the host says it", () => {
    const read = (more: object): unknown => {
      const { config, given } = parsePluginConfig(plugin(stdio, more));
      return [config.on_error, given.has("on_error")];
    };
    const mode = "enforce_ignore_error";
    expect(read({ mode })).toStrictEqual(["ignore", true]);
    expect(read({ mode, on_error: "fail" })).toStrictEqual(["fail", true]);
    expect(read({ mode: "enforce" })).toStrictEqual(["fail", false]);
  });

  test("an empty file of TLS is none", () => {
    const tls = { certfile: "", keyfile: "", ca_bundle: "" };
    expect(parsePluginConfig(plugin({ ...http, tls })).config.mcp).toHaveProperty("tls", {
      verify: true,
      check_hostname: true,
    });
    expect(issues(plugin({ ...http, tls: { certfile: " " } }))).toStrictEqual([
      "mcp.tls.certfile: TLS file path does not exist:  ",
    ]);
  });

  test("what is a set to hosts has every entry once, in order, and an empty one is none", () => {
    const { config } = parsePluginConfig(
      plugin(stdio, {
        capabilities: ["write_headers", "read_headers", "write_headers"],
        conditions: [{ tools: ["b", "a", "b"], agents: [], user_patterns: [] }],
        hooks: ["b", "a", "b"],
      }),
    );
    expect(config.capabilities).toStrictEqual(["read_headers", "write_headers"]);
    expect(config.conditions).toStrictEqual([
      { tools: ["a", "b"], agents: null, user_patterns: [] },
    ]);
    expect(config.hooks).toStrictEqual(["b", "a", "b"]);
  });

  test("content types are read as hosts compare them", () => {
    const conditions = [{ content_types: ["Text/HTML; charset=utf-8", " application/json ", ""] }];
    const { config } = parsePluginConfig(plugin(stdio, { conditions }));
    expect(config.conditions).toStrictEqual([
      { content_types: ["text/html", "application/json", ""] },
    ]);
  });

  test("what the plugin is applied to, without what is unknown", () => {
    const applied_to = {
      tools: [{ tool_name: "t", fields: ["a"], result: true, extensions: { policy: "p" } }],
      prompts: [{ prompt_name: "p", context: ["global.key"], later: 1 }],
      resources: null,
      later: 1,
    };
    const { config } = parsePluginConfig(plugin(stdio, { applied_to }));
    expect(config.applied_to).toStrictEqual({
      tools: applied_to.tools,
      prompts: [{ prompt_name: "p", result: false, context: ["global.key"] }],
      resources: null,
    });
  });

  test("an empty text is not given, as what a template makes of an empty variable", () => {
    const empty = { script: "", cwd: "" };
    expect(parsePluginConfig(plugin({ ...http, ...empty })).config.mcp).toMatchObject(http);
    expect(parsePluginConfig(plugin({ ...stdio, ...empty, url: "" })).config.mcp).toStrictEqual({
      ...stdio,
      reconnect_attempts: 3,
      reconnect_delay: 0.1,
    });
  });

  test("null in the mcp section is not given", () => {
    const { config } = parsePluginConfig(
      plugin({ ...http, script: null, cmd: null, env: null, cwd: null, uds: null, tls: null }),
    );
    expect(config.mcp).toStrictEqual({ ...http, reconnect_attempts: 3, reconnect_delay: 0.1 });
  });

  test("script, env and cwd are taken as they are, whether they exist or not", () => {
    const mcp = { proto: "STDIO", script: "no/such.py", env: { A: "" }, cwd: "no/such/folder" };
    expect(parsePluginConfig(plugin(mcp)).config.mcp).toStrictEqual({
      ...mcp,
      reconnect_attempts: 3,
      reconnect_delay: 0.1,
    });
  });

  test("attempts and delay may be zero", () => {
    const mcp = { ...stdio, reconnect_attempts: 0, reconnect_delay: 0 };
    expect(parsePluginConfig(plugin(mcp)).config.mcp).toStrictEqual(mcp);
  });

  test("the files of TLS and the socket become absolute", () => {
    const relative = (file: string): string => path.relative(process.cwd(), inFolder(file));
    const tls = {
      ca_bundle: relative("ca.pem"),
      certfile: inFolder("cert.pem"),
      keyfile: relative("key.pem"),
      keyfile_password: "",
      verify: false,
    };
    expect(parsePluginConfig(plugin({ ...http, tls })).config.mcp).toMatchObject({
      tls: {
        ca_bundle: inFolder("ca.pem"),
        certfile: inFolder("cert.pem"),
        keyfile: inFolder("key.pem"),
        keyfile_password: "",
        verify: false,
        check_hostname: true,
      },
    });
    const uds = relative("sockets/p.sock");
    const overSocket = { proto: "STREAMABLEHTTP", url: "http://localhost/mcp", uds };
    expect(parsePluginConfig(plugin(overSocket)).config.mcp).toMatchObject({
      uds: inFolder("sockets/p.sock"),
    });
    const home = { ...overSocket, uds: "~/p.sock" };
    expect(parsePluginConfig(plugin(home)).config.mcp).toMatchObject({
      uds: path.join(homedir(), "p.sock"),
    });
  });

  test("TLS is checked unless it is said otherwise", () => {
    expect(parsePluginConfig(plugin({ ...http, tls: {} })).config.mcp).toMatchObject({
      tls: { verify: true, check_hostname: true },
    });
  });

  test("an empty config section is none", () => {
    expect(parsePluginConfig(plugin(stdio, { config: {} })).config.config).toStrictEqual({});
    expect(parsePluginConfig(plugin(stdio, { config: null })).config.config).toBe(null);
  });

  test.each([
    "http://localhost:8000/mcp",
    "http://127.0.0.1:8000/mcp",
    "http://10.0.0.1/mcp",
    "http://192.168.1.1/mcp",
    "http://169.254.169.254/",
    "http://[::1]:8000/mcp",
    "HTTPS://guard.example/mcp?a=b c#d",
    "http://profile:8080/mcp",
    "http://metadata:8080/mcp",
    "http://guard.example/a%20b?version=1",
    "http://guard.example/%zz",
    "http://guard.example/%3Cscript%3E?x=%22onload=1&u=mailto%3Aa",
    "http://guard.example/a<b",
    "http://guard.example/<imgs>",
    "http://guard.example/?x=1&onboarding=1",
    "http://guard.example/v[1]?q=[2]",
    "http://@guard.example/",
    `http://guard.example/${"x".repeat(2048 - "http://guard.example/".length)}`,
    "http://guard.example:65535/",
    "http://guard.example:1/",
  ])("the URL %s", (url) => {
    const mcp = { proto: "STREAMABLEHTTP", url };
    expect(parsePluginConfig(plugin(mcp)).config.mcp).toMatchObject({ url });
  });
});

describe("what is wrong with a configuration", () => {
  test.each([[null], [undefined], ["x"], [[]], [1]])("%j is none", (input) => {
    expect(issues(input)).toStrictEqual([": must be an object with name, kind and mcp"]);
  });

  test("all of it is said at once, and the message names plugin and fields", () => {
    const failure = failureOf(() =>
      parsePluginConfig(
        plugin(
          { proto: "STDIO", url: "x", cmd: ["", "a"], script: "s.py", reconnect_attempts: -1 },
          { kind: "native", priority: "1", mode: "loud", config: { a: 1 } },
        ),
      ),
    );
    expect(failure.plugin).toBe("Guard");
    expect(failure.message).toMatch(/^The configuration of plugin Guard is invalid: /);
    const paths = (failure.issues ?? []).map((issue) => issue.path);
    expect(paths.sort()).toStrictEqual([
      "config",
      "kind",
      "mcp.cmd.0",
      "mcp.reconnect_attempts",
      "mcp.script",
      "mcp.url",
      "mode",
      "priority",
    ]);
    for (const at of paths) expect(failure.message).toContain(`${at}: `);
  });

  test("an empty object", () => {
    expect(issues({}).map((issue) => issue.split(":", 1)[0])).toStrictEqual([
      "kind",
      "mcp",
      "name",
    ]);
  });

  test.each<[string, unknown, RegExp]>([
    [
      "no mcp section",
      plugin(undefined),
      /^mcp: External plugin Guard must have 'mcp', 'grpc', or 'unix_socket' section configured/,
    ],
    ["mcp null", plugin(null), /^mcp: External plugin Guard must have 'mcp', 'grpc', or/],
    [
      "grpc instead",
      plugin(undefined, { grpc: {} }),
      /^mcp: The mcp section must be defined for external plugin: grpc and unix_socket are not/,
    ],
    [
      "grpc besides",
      plugin(stdio, { grpc: {} }),
      /^grpc: External plugin Guard can only have one transport configured \(mcp, grpc, or unix_socket\)/,
    ],
    ["mcp that is no object", plugin("x"), /^mcp: must be an object/],
    ["no name", { kind: "external", mcp: stdio }, /^name: must be a text/],
    ["a blank name", { name: " ", kind: "external", mcp: stdio }, /^name: must not be blank/],
    ["another kind", plugin(stdio, { kind: "a.B" }), /^kind: must be 'external'/],
    [
      "a config section",
      plugin(stdio, { config: { a: 1 } }),
      /^config: Cannot have Guard plugin defined as 'external' with 'config' set\. 'config' section settings can only be set on the plugin server\./,
    ],
    ["an unknown mode", plugin(stdio, { mode: "x" }), /^mode: must be one of enforce, /],
    ["mode null", plugin(stdio, { mode: null }), /^mode: must be one of enforce, /],
    ["an unknown on_error", plugin(stdio, { on_error: "x" }), /^on_error: must be fail, ignore/],
    ["half a priority", plugin(stdio, { priority: 0.5 }), /^priority: must be a whole number/],
    ["hooks that are no list", plugin(stdio, { hooks: "a" }), /^hooks: must be a list of texts/],
    ["a hook that is no text", plugin(stdio, { hooks: [1] }), /^hooks\.0: must be a text/],
    [
      "a condition of no lists",
      plugin(stdio, { conditions: [{}, { tools: "a" }] }),
      /^conditions\.1\.tools: must be a list of texts, or null/,
    ],
    [
      "applied to no list",
      plugin(stdio, { applied_to: { tools: "t" } }),
      /^applied_to\.tools: must be a list, or null/,
    ],
    [
      "applied to a tool without a name",
      plugin(stdio, { applied_to: { tools: [{ tool_name: "a" }, { fields: [] }] } }),
      /^applied_to\.tools\.1\.tool_name: must be a text/,
    ],
    [
      "an unknown capability",
      plugin(stdio, { capabilities: ["read_headers", "fly"] }),
      /^capabilities\.1: Unknown capability: 'fly'\. Known: \['append_delegation', .*'write_headers'\]$/,
    ],
    ["no proto", plugin({ url: "http://a/" }), /^mcp\.proto: is missing: write STREAMABLEHTTP/],
    [
      "an unknown proto",
      plugin({ proto: "stdio" }),
      /^mcp\.proto: must be STREAMABLEHTTP or STDIO, in/,
    ],
    [
      "SSE",
      plugin({ ...http, proto: "SSE" }),
      /^mcp\.proto: SSE is not supported: write STREAMABLEHTTP/,
    ],
    [
      "HTTP",
      plugin({ ...http, proto: "HTTP" }),
      /^mcp\.proto: HTTP is not supported: write STREAMABLE/,
    ],
    [
      "GRPC",
      plugin({ ...http, proto: "GRPC" }),
      /^mcp\.proto: GRPC is not supported: write STREAMABLE/,
    ],
    [
      "neither script nor cmd",
      plugin({ proto: "STDIO" }),
      /^mcp\.cmd: Plugin Guard has transport type set to STDIO but no script\/cmd value/,
    ],
    [
      "a blank script",
      plugin({ proto: "STDIO", script: " " }),
      /^mcp\.cmd: Plugin Guard has transport type set to STDIO but no script\/cmd value/,
    ],
    [
      "both script and cmd",
      plugin({ ...stdio, script: "s.py" }),
      /^mcp\.script: Plugin Guard must set either script or cmd for STDIO, not both/,
    ],
    [
      "an empty cmd",
      plugin({ proto: "STDIO", cmd: [] }),
      /^mcp\.cmd: MCP stdio cmd must be a non-empty list\./,
    ],
    [
      "a text for cmd",
      plugin({ proto: "STDIO", cmd: "a b" }),
      /^mcp\.cmd: MCP stdio cmd must be a non-empty list\./,
    ],
    [
      "a blank entry of cmd",
      plugin({ proto: "STDIO", cmd: ["a", " "] }),
      /^mcp\.cmd\.1: MCP stdio cmd entries must be non-empty strings\./,
    ],
    [
      "a number in cmd",
      plugin({ proto: "STDIO", cmd: ["a", 1] }),
      /^mcp\.cmd\.1: MCP stdio cmd entries must be non-empty strings\./,
    ],
    [
      "NUL in cmd",
      plugin({ proto: "STDIO", cmd: ["a\0b"] }),
      /^mcp\.cmd\.0: must not contain a NUL/,
    ],
    [
      "NUL in script",
      plugin({ proto: "STDIO", script: "a\0b" }),
      /^mcp\.script: must not contain a NUL/,
    ],
    [
      "an empty env",
      plugin({ ...stdio, env: {} }),
      /^mcp\.env: MCP stdio env must be a non-empty dict\./,
    ],
    [
      "a list for env",
      plugin({ ...stdio, env: [] }),
      /^mcp\.env: MCP stdio env must be a non-empty dict\./,
    ],
    [
      "an empty name in env",
      plugin({ ...stdio, env: { "": "a" } }),
      /^mcp\.env: MCP stdio env keys must be non-empty strings\./,
    ],
    [
      "a number in env",
      plugin({ ...stdio, env: { PORT: 1 } }),
      /^mcp\.env\.PORT: Input should be a valid string/,
    ],
    [
      "= in a name of env",
      plugin({ ...stdio, env: { "A=B": "" } }),
      /^mcp\.env\.A=B: is no name of a variable/,
    ],
    ["NUL in env", plugin({ ...stdio, env: { A: "\0" } }), /^mcp\.env\.A: must not contain a NUL/],
    [
      "a blank cwd",
      plugin({ ...stdio, cwd: " " }),
      /^mcp\.cwd: MCP stdio cwd {3}does not exist or is not a directory\.$/,
    ],
    [
      "url with STDIO",
      plugin({ ...stdio, url: "http://a/" }),
      /^mcp\.url: URL is only valid for HTTP\/SSE transports/,
    ],
    ["a wrong url with STDIO", plugin({ ...stdio, url: "nope" }), /^mcp\.url: URL must start with/],
    [
      "an empty uds with STDIO",
      plugin({ ...stdio, uds: "" }),
      /^mcp\.uds: MCP client uds must be a non-empty string\.$/,
    ],
    [
      "uds with STDIO",
      plugin({ ...stdio, uds: "/a" }),
      /^mcp\.uds: uds is only valid for STREAMABLEHTTP transport/,
    ],
    [
      "tls with STDIO",
      plugin({ ...stdio, tls: {} }),
      /^mcp\.tls: TLS configuration is only valid for HTTP\/SSE transports/,
    ],
    [
      "cmd with a URL",
      plugin({ ...http, cmd: ["a"] }),
      /^mcp\.cmd: script\/cmd\/env\/cwd are only valid for STDIO/,
    ],
    [
      "script with a URL",
      plugin({ ...http, script: "a" }),
      /^mcp\.script: script\/cmd\/env\/cwd are only/,
    ],
    [
      "env with a URL",
      plugin({ ...http, env: { A: "" } }),
      /^mcp\.env: script\/cmd\/env\/cwd are only/,
    ],
    ["cwd with a URL", plugin({ ...http, cwd: "/" }), /^mcp\.cwd: script\/cmd\/env\/cwd are only/],
    [
      "no URL",
      plugin({ proto: "STREAMABLEHTTP" }),
      /^mcp\.url: Plugin Guard has transport type set to StreamableHTTP but no url value/,
    ],
    [
      "a number for a URL",
      plugin({ proto: "STREAMABLEHTTP", url: 1 }),
      /^mcp\.url: must be a text/,
    ],
    [
      "an empty URL",
      plugin({ proto: "STREAMABLEHTTP", url: "" }),
      /^mcp\.url: Plugin Guard has transport type set to StreamableHTTP but no url value/,
    ],
    [
      "a negative number of attempts",
      plugin({ ...stdio, reconnect_attempts: -1 }),
      /^mcp\.reconnect_attempts: must/,
    ],
    [
      "half an attempt",
      plugin({ ...stdio, reconnect_attempts: 0.5 }),
      /^mcp\.reconnect_attempts: must/,
    ],
    [
      "a negative delay",
      plugin({ ...stdio, reconnect_delay: -0.1 }),
      /^mcp\.reconnect_delay: must/,
    ],
    [
      "an infinite delay",
      plugin({ ...stdio, reconnect_delay: Infinity }),
      /^mcp\.reconnect_delay: must/,
    ],
    [
      "no number of seconds",
      plugin({ ...stdio, reconnect_delay: Number.NaN }),
      /^mcp\.reconnect_delay: must/,
    ],
    [
      "a text for seconds",
      plugin({ ...stdio, reconnect_delay: "0.1" }),
      /^mcp\.reconnect_delay: must/,
    ],
    ["tls that is no object", plugin({ ...http, tls: true }), /^mcp\.tls: must be an object/],
    [
      "verify that is no boolean",
      plugin({ ...http, tls: { verify: "no" } }),
      /^mcp\.tls\.verify: must be true/,
    ],
    [
      "a file that does not exist",
      plugin({ ...http, tls: { ca_bundle: "no/such.pem" } }),
      /^mcp\.tls\.ca_bundle: TLS file path does not exist: no\/such\.pem$/,
    ],
    [
      "a folder for a file",
      plugin({ ...http, tls: { ca_bundle: tmpdir() } }),
      /^mcp\.tls\.ca_bundle: TLS file path does not exist: /,
    ],
    [
      "tls with a URL without it",
      plugin({ proto: "STREAMABLEHTTP", url: "http://a/", tls: {} }),
      /^mcp\.tls: has no effect on a URL that begins with http:/,
    ],
    [
      "a blank uds",
      plugin({ ...http, url: "http://localhost/", uds: " " }),
      /^mcp\.uds: MCP client uds must be a non-empty string\./,
    ],
    [
      "uds in no folder",
      plugin({ ...http, url: "http://localhost/", uds: "/no/such/p.sock" }),
      /^mcp\.uds: MCP client uds parent directory does not exist: \/no\/such$/,
    ],
    [
      "a path too long for a socket",
      plugin({ ...http, url: "http://localhost/", uds: `/${"p".repeat(107)}` }),
      /^mcp\.uds: is longer than 107 bytes/,
    ],
    [
      "uds with empty tls",
      plugin({ ...http, url: "http://localhost/", uds: "/p.sock", tls: {} }),
      /^mcp\.tls: TLS configuration is not supported for Unix domain sockets\./,
    ],
    [
      "uds with https",
      plugin({ ...http, url: "https://localhost/", uds: "/p.sock" }),
      /^mcp\.url: TLS configuration is not supported for Unix domain sockets\./,
    ],
  ])("%s", (_, input, expected) => {
    expect(issues(input)).toStrictEqual([expect.stringMatching(expected)]);
  });

  test("the longest path of a socket", () => {
    const uds = `/${"p".repeat(106)}`;
    const mcp = { proto: "STREAMABLEHTTP", url: "http://localhost/mcp", uds };
    expect(parsePluginConfig(plugin(mcp)).config.mcp).toMatchObject({ uds });
  });

  test("uds without a URL", () => {
    expect(issues(plugin({ proto: "STREAMABLEHTTP", uds: "/p.sock" }))).toStrictEqual([
      expect.stringContaining("but no url value"),
    ]);
  });

  test("a key without a certificate", () => {
    expect(issues(plugin({ ...http, tls: { keyfile: inFolder("key.pem") } }))).toStrictEqual([
      "mcp.tls.certfile: keyfile requires certfile to be specified",
    ]);
  });

  test("a certificate may hold its key", () => {
    const mcp = { ...http, tls: { certfile: inFolder("cert.pem") } };
    expect(parsePluginConfig(plugin(mcp)).config.mcp).toHaveProperty("tls.certfile");
  });

  test("a nested cycle does not hang", () => {
    const extensions: { self?: unknown } = {};
    extensions.self = extensions;
    const applied_to = { tools: [{ tool_name: "t", extensions }] };
    expect(issues(plugin(stdio, { applied_to }))).toStrictEqual([
      "applied_to.tools.0.extensions: must not nest more than 200 levels",
    ]);
  });

  test.each([
    [`http://a/${"x".repeat(2048)}`, "exceeds maximum length of 2048"],
    ["ftp://a/", "must start with one of: http://, https://, ws://, wss://"],
    ["localhost:8000/mcp", "must start with one of: http://, https://, ws://, wss://"],
    ["wss://a/", "must start with http:// or https://"],
    ["http://a/?u=JavaScript:x", "contains unsupported or potentially dangerous protocol"],
    ["http://a/file://x", "contains unsupported or potentially dangerous protocol"],
    ["http://a/\nb", "contains line breaks which are not allowed"],
    ["http://a/b c", "contains spaces which are not allowed in URLs"],
    ["http:// a/", "contains spaces which are not allowed in URLs"],
    ["http://", "is not a valid URL"],
    ["http:///a/mcp", "is not a valid URL"],
    ["https://?a", "is not a valid URL"],
    ["http://\\a/", "is not a valid URL"],
    ["http://a:b/", "is not a valid URL"],
    ["http://[::1/", "is not a valid URL"],
    ["http://s3cret:pass@a/", "contains credentials which are not allowed"],
    ["http://s3cret@a/", "contains credentials which are not allowed"],
    ["http://a:70000/", "contains invalid port number"],
    ["http://a:0/", "contains invalid port number"],
    ["http://0.0.0.0/", "contains invalid IP address (0.0.0.0)"],
    ["http://0/", "contains invalid IP address (0.0.0.0)"],
    ["http://[::]/", "contains invalid IP address ([::])"],
    ["http://a/<Script>", "contains HTML tags that may cause security issues"],
    ["http://a/#</svg>", "contains HTML tags that may cause security issues"],
    ["http://a/?x= onload =1", "contains script patterns that may cause security issues"],
    ["http://a/?x=< script", "contains script patterns that may cause security issues"],
  ])("the URL %j", (url, why) => {
    const failure = failureOf(() => parsePluginConfig(plugin({ proto: "STREAMABLEHTTP", url })));
    expect(failure.issues).toHaveLength(1);
    expect(failure.issues?.[0]).toMatchObject({ path: "mcp.url" });
    expect(failure.issues?.[0]?.message).toContain(`URL ${why}`);
    expect(failure.message).not.toContain("s3cret");
  });

  test("values that may be secret are not shown", () => {
    const mcp = { ...stdio, env: { TOKEN: "s3cret\0" }, tls: { keyfile_password: "s3cret" } };
    expect(issues(plugin(mcp)).join()).not.toContain("s3cret");
  });
});
