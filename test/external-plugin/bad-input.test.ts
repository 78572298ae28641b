import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PluginError } from "../../src/errors.ts";
import { ExternalPlugin } from "../../src/external-plugin.ts";
import type { PluginConfigInput } from "../../src/models/plugin-config.ts";
import { CertificateMaker } from "../server/support/certificates.ts";
import { failure, newContext, newPlugin, payload } from "./support/harness.ts";

const folder = mkdtempSync(path.join(tmpdir(), "plugin-"));
const file = (name: string): string => path.join(folder, name);

beforeAll(() => {
  const maker = new CertificateMaker(folder);
  const authority = maker.authority("authority");
  maker.encrypted(maker.signed("client", authority), "right");
  maker.signed("other", authority);
  writeFileSync(file("garbage.pem"), "no certificate");
  writeFileSync(file("plain"), "#!/bin/sh\n");
  writeFileSync(file("words"), "just words\n");
  chmodSync(file("words"), 0o755);
  mkdirSync(file("directory"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A configuration as it may come from a file: any field may hold anything. */
function configOf(mcp: unknown): PluginConfigInput {
  return { name: "Guard", kind: "external", mcp } as PluginConfigInput;
}

function thrownBy(make: () => unknown): PluginError {
  try {
    make();
  } catch (thrown) {
    if (PluginError.is(thrown)) return thrown;
    throw thrown;
  }
  throw new Error("expected a PluginError");
}

const stdio = { proto: "STDIO" };
const http = { proto: "STREAMABLEHTTP", url: "http://localhost:1/mcp" };
const https = { proto: "STREAMABLEHTTP", url: "https://localhost:1/mcp" };

type Case = readonly [what: string, mcp: unknown, path: string, message: RegExp];

const refusedAtOnce: readonly Case[] = [
  ["no mcp section", undefined, "mcp", /must have .* configured: write mcp/],
  ["an mcp section of null", null, "mcp", /configured: write mcp/],
  ["an mcp section that is a text", "node server.js", "mcp", /object/],
  ["no proto", {}, "mcp.proto", /STDIO or STREAMABLEHTTP|STDIO/],
  ["an unknown proto", { proto: "SSE" }, "mcp.proto", /STREAMABLEHTTP/],
  ["no script or cmd", stdio, "mcp.cmd", /no script\/cmd value: set one of the two/],
  [
    "script and cmd",
    { ...stdio, cmd: ["a"], script: "b.js" },
    "mcp.script",
    /not both: remove one/,
  ],
  ["an empty cmd", { ...stdio, cmd: [] }, "mcp.cmd", /non-empty list/],
  ["a cmd that is a text", { ...stdio, cmd: "node server.js" }, "mcp.cmd", /list/],
  ["a blank word in cmd", { ...stdio, cmd: ["node", "  "] }, "mcp.cmd", /non-empty/],
  ["an empty word in cmd", { ...stdio, cmd: ["", "x"] }, "mcp.cmd", /non-empty/],
  [
    "a url for a process",
    { ...stdio, cmd: ["a"], url: http.url },
    "mcp.url",
    /remove it, or set proto/,
  ],
  ["no url", { proto: "STREAMABLEHTTP" }, "mcp.url", /no url value: give the URL/],
  ["a url that is none", { ...http, url: "localhost:8000" }, "mcp.url", /http/],
  ["a url of another scheme", { ...http, url: "ftp://localhost/mcp" }, "mcp.url", /http/],
  [
    "a url with a password",
    { ...http, url: "http://me:secret@localhost/mcp" },
    "mcp.url",
    /headers/,
  ],
  ["a cmd for a server", { ...http, cmd: ["a"] }, "mcp.cmd", /remove it, or set proto/],
  [
    "a socket in no folder",
    { ...http, uds: "/no/such/folder/s" },
    "mcp.uds",
    /parent directory does not exist/,
  ],
  ["TLS without https", { ...http, tls: {} }, "mcp.tls", /write https:\/\/, or remove it/],
  [
    "an authority that is missing",
    { ...https, tls: { ca_bundle: file("none.pem") } },
    "mcp.tls.ca_bundle",
    /does not exist/,
  ],
  [
    "an authority that is a folder",
    { ...https, tls: { ca_bundle: folder } },
    "mcp.tls.ca_bundle",
    /does not exist/,
  ],
  [
    "a key without certificate",
    { ...https, tls: { keyfile: file("client.key") } },
    "mcp.tls.certfile",
    /requires certfile/,
  ],
  [
    "attempts below zero",
    { ...stdio, cmd: ["a"], reconnect_attempts: -1 },
    "mcp.reconnect_attempts",
    /./,
  ],
  [
    "a delay of NaN",
    { ...stdio, cmd: ["a"], reconnect_delay: Number.NaN },
    "mcp.reconnect_delay",
    /./,
  ],
];

describe("a configuration is refused at once, with the field and what to do:", () => {
  it.each(refusedAtOnce)("%s", (_, mcp, at, message) => {
    const error = thrownBy(() => new ExternalPlugin(configOf(mcp)));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", plugin: "Guard", phase: "configuring" });
    const issue = error.issues?.find((each) => each.path === at || each.path.startsWith(`${at}.`));
    expect(error.issues?.map((each) => each.path)).toContain(issue?.path);
    expect(issue?.message).toMatch(message);
    expect(error.message).toContain(String(issue?.message));
    expect(error.message).not.toContain("secret");
  });

  it("all that is wrong at once", () => {
    const error = thrownBy(
      () =>
        new ExternalPlugin({
          ...configOf({ ...http, url: "nowhere", cmd: ["a"] }),
          name: " ",
          kind: "local" as never,
          priority: "high" as never,
        }),
    );
    expect(error.issues?.map((issue) => issue.path).toSorted()).toEqual([
      "kind",
      "mcp.cmd",
      "mcp.url",
      "name",
      "priority",
    ]);
  });

  it.each([undefined, null, "Guard", 7, []])("what is no object: %j", (config) => {
    const error = thrownBy(() => new ExternalPlugin(config as never));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", issues: expect.any(Array) });
    expect(error.message).toMatch(/name, kind and mcp|must be/);
  });
});

const refusedAtStart: readonly Case[] = [
  [
    "a folder that is missing",
    { ...stdio, cmd: ["true"], cwd: "/no/such/folder" },
    "mcp.cwd",
    /cwd \/no\/such\/folder does not exist/,
  ],
  [
    "a folder that is a file",
    { ...stdio, cmd: ["true"], cwd: file("plain") },
    "mcp.cwd",
    /not a directory/,
  ],
  [
    "a script that is missing",
    { ...stdio, script: file("none.js") },
    "mcp.script",
    /Server script .*none\.js does not exist/,
  ],
  [
    "a script that is not executable",
    { ...stdio, script: file("plain") },
    "mcp.script",
    /must be executable/,
  ],
  [
    "a script that is a folder",
    { ...stdio, script: file("directory") },
    "mcp.script",
    /must be executable/,
  ],
  [
    "a script without interpreter",
    { ...stdio, script: file("words") },
    "mcp.script",
    /begin with #!/,
  ],
  [
    "a certificate that is none",
    { ...https, tls: { certfile: file("garbage.pem") } },
    "mcp.tls.certfile",
    /no certificate in PEM/,
  ],
  [
    "an authority that is none",
    { ...https, tls: { ca_bundle: file("garbage.pem") } },
    "mcp.tls.ca_bundle",
    /no certificate in PEM/,
  ],
  [
    "a key that is none",
    { ...https, tls: { certfile: file("client.crt"), keyfile: file("garbage.pem") } },
    "mcp.tls.keyfile",
    /no private key in PEM/,
  ],
  [
    "a key of another certificate",
    { ...https, tls: { certfile: file("client.crt"), keyfile: file("other.key") } },
    "mcp.tls.keyfile",
    /does not belong/,
  ],
  [
    "a wrong password of the key",
    {
      ...https,
      tls: {
        certfile: file("client.crt"),
        keyfile: file("client.key.encrypted"),
        keyfile_password: "secret",
      },
    },
    "mcp.tls.keyfile_password",
    /does not open the private key/,
  ],
];

describe("a configuration that cannot be read is refused", () => {
  const fail = (): never => {
    throw new Error("of the configuration");
  };

  it.each<[string, object]>([
    ["because a field throws", Object.defineProperty({}, "name", { get: fail, enumerable: true })],
    ["because all of it does", new Proxy({}, { get: fail })],
    ["because its section throws", configOf(new Proxy({}, { get: fail }))],
  ])("%s", (_, config) => {
    const error = thrownBy(() => new ExternalPlugin(config as PluginConfigInput));
    expect(error).toMatchObject({
      code: "CONFIG_INVALID",
      phase: "configuring",
      issues: [{ path: "", message: "must be an object whose fields can be read" }],
    });
  });
});

describe("a start is refused, with the field and what is wrong:", () => {
  it.each(refusedAtStart)("%s", async (_, mcp, at, message) => {
    const plugin = newPlugin(configOf(mcp), { startAttempts: 3 });
    const error = await failure(plugin.initialize());
    // It will be the same at the next attempt, so there is none.
    expect(error).toMatchObject({ code: "CONFIG_INVALID", plugin: "Guard", attempt: 1 });
    expect(error.issues).toEqual([{ path: at, message: expect.stringMatching(message) }]);
    expect(error.message).not.toContain("secret");
  });

  it("a command that does not exist", async () => {
    const plugin = newPlugin(configOf({ ...stdio, cmd: ["no-such-command-here", "secret"] }));
    const error = await failure(plugin.initialize());
    expect(error).toMatchObject({ code: "SPAWN_FAILED", phase: "spawning" });
    expect(error.message).toContain("The command no-such-command-here was not found");
    expect(error.message).not.toContain("secret");
  });

  it("a command, or a URL, that the host's policy does not want", async () => {
    const process_ = newPlugin(configOf({ ...stdio, cmd: ["true"] }), {
      commandPolicy: () => false,
    });
    expect(await failure(process_.initialize())).toMatchObject({
      code: "CONFIG_INVALID",
      issues: [{ path: "mcp.cmd", message: "commandPolicy refuses the command true" }],
    });
    const reason = new Error("not in this network");
    const server = newPlugin(configOf(http), {
      urlPolicy: () => {
        throw reason;
      },
    });
    expect(await failure(server.initialize())).toMatchObject({
      code: "CONFIG_INVALID",
      issues: [{ path: "mcp.url", message: "urlPolicy refuses the URL" }],
      cause: reason,
    });
  });

  it("headers that are none", async () => {
    for (const headers of [
      { "bad name": "x" },
      { "x-ok": "line\nbreak" },
      { "content-type": "text/html" },
      { "mcp-session-id": "1" },
    ]) {
      const plugin = newPlugin(configOf(http), { headers });
      const error = await failure(plugin.initialize());
      expect(error).toMatchObject({
        code: "CONFIG_INVALID",
        issues: [{ path: `headers.${Object.keys(headers)[0]}` }],
      });
    }
  });
});

describe("a call is refused, with the field and what to do:", () => {
  const cycle: { self?: object } = {};
  cycle.self = { cycle };

  it.each([
    [
      "a cycle",
      payload("a", { ...cycle }),
      "payload.args.self.cycle.self",
      "refers back to what contains it",
    ],
    [
      "a BigInt",
      payload("a", { n: 1n }),
      "payload.args.n",
      "is a BigInt, which JSON does not have; pass it as a text",
    ],
    [
      "a function",
      payload("a", { f: () => {} }),
      "payload.args.f",
      "is a function, which JSON does not have; leave it out",
    ],
    [
      "a Map",
      payload("a", { m: new Map() }),
      "payload.args.m",
      "is a Map, no plain object; Object.fromEntries() makes one",
    ],
    ["no object", "search", "payload", "must be an object"],
    ["nothing", undefined, "payload", "must be an object"],
  ])("a payload with %s", async (_, given, at, message) => {
    const plugin = newPlugin(configOf({ ...stdio, cmd: ["true"] }));
    const error = await failure(plugin.invokeHook("tool_pre_invoke", given as never, newContext()));
    expect(error).toMatchObject({
      code: "SERIALIZE_FAILED",
      outcome: "not_processed",
      message: `Plugin Guard was not called for tool_pre_invoke: ${at} ${message}`,
      issues: [{ path: at, message }],
    });
  });

  it.each([
    ["a BigInt", { ...newContext(), state: { n: 1n } }, "context.state.n"],
    ["no request_id", { ...newContext(), global_context: {} }, "context.global_context.request_id"],
    ["no global_context", { state: {}, metadata: {} }, "context.global_context"],
    ["no object", 7, "context"],
    ["nothing", undefined, "context"],
  ])("a context with %s", async (_, context, at) => {
    const plugin = newPlugin(configOf({ ...stdio, cmd: ["true"] }));
    const error = await failure(
      plugin.invokeHook("tool_pre_invoke", payload("a"), context as never),
    );
    expect(error).toMatchObject({
      code: "SERIALIZE_FAILED",
      outcome: "not_processed",
      issues: [{ path: at }],
    });
  });

  it("a hook that is not there", async () => {
    const plugin = newPlugin(configOf({ ...stdio, cmd: ["true"] }));
    const error = await failure(
      plugin.invokeHook("tool_pre" as never, payload("a") as never, newContext()),
    );
    expect(error).toMatchObject({
      code: "HOOK_UNKNOWN",
      outcome: "not_processed",
      issues: [{ path: "hookType", message: expect.stringContaining("mend its spelling") }],
    });
  });

  it("a plugin that was not started, or was stopped", async () => {
    const plugin = newPlugin(configOf({ ...stdio, cmd: ["true"] }));
    const invoke = () => failure(plugin.invokeHook("tool_pre_invoke", payload("a"), newContext()));
    expect(await invoke()).toMatchObject({
      code: "NOT_STARTED",
      message: expect.stringMatching(/call initialize\(\) .* or set the option lazy/),
    });
    await plugin.shutdown();
    expect(await invoke()).toMatchObject({
      code: "STOPPED",
      message: "Plugin Guard has been stopped",
    });
  });
});
