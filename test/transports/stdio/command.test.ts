import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PluginError } from "../../../src/errors.ts";
import { resolveCommand } from "../../../src/transports/stdio/command.ts";
import { childEnvironment } from "../../../src/transports/stdio/environment.ts";
import { createStdioChannel } from "../../../src/transports/stdio/stdio-channel.ts";
import type { StdioMcp, StdioSpec } from "../../../src/transports/stdio/stdio-spec.ts";
import { hostilePlugin, PluginControl } from "../../fixtures/control.ts";
import { ChannelLog, connectPlugin, hookCall, neverAborted, stdioSpec } from "./harness.ts";

let directory: string;

beforeEach(() => {
  directory = realpathSync(mkdtempSync(path.join(tmpdir(), "command-")));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content = "", mode = 0o755): string {
  const place = path.join(directory, name);
  writeFileSync(place, content);
  chmodSync(place, mode);
  return place;
}

async function resolve(mcp: StdioMcp, overrides: Partial<StdioSpec> = {}) {
  const { command, args, cwd } = await resolveCommand(stdioSpec({ ...overrides, mcp }));
  return { command, args, cwd };
}

async function refusal(mcp: StdioMcp, overrides: Partial<StdioSpec> = {}): Promise<PluginError> {
  const channel = createStdioChannel(stdioSpec({ ...overrides, mcp }), new ChannelLog());
  try {
    await channel.open(neverAborted);
  } catch (error) {
    if (error instanceof PluginError) return error;
    throw error;
  } finally {
    await channel.close();
  }
  throw new Error("it was started");
}

describe("the command", () => {
  it("is cmd, which wins over script", async () => {
    expect(await resolve({ cmd: ["node", "a b", "$HOME"], script: "nope.py" })).toEqual({
      command: "node",
      args: ["a b", "$HOME"],
      cwd: undefined,
    });
  });

  it("depends on the suffix of script", async () => {
    const scripts = ["a.py", "a.js", "a.mjs", "a.cjs", "a.sh"].map((name) => file(name, "", 0o644));
    const commands = await Promise.all(
      scripts.map((script) => resolve({ script }, { python: "/opt/python3.11" })),
    );
    const node = process.execPath;
    expect(commands.map(({ command }) => command)).toEqual([
      "/opt/python3.11",
      node,
      node,
      node,
      "sh",
    ]);
    expect(commands.map(({ args }) => args)).toEqual(scripts.map((script) => [script]));
  });

  it("is an executable script itself", async () => {
    const script = file("plugin", "#!/bin/sh\n");
    expect(await resolve({ script })).toMatchObject({ command: script, args: [] });
  });

  it("is found from cwd", async () => {
    const script = file("plugin.py");
    expect(await resolve({ script: "plugin.py", cwd: directory })).toMatchObject({
      args: [script],
      cwd: directory,
    });
  });

  it("is found from the home directory", async () => {
    const script = file("plugin.py");
    const fromHome = `~/${path.relative(homedir(), script)}`;
    expect((await resolve({ script: fromHome })).args).toEqual([script]);
  });

  it("may be a relative path, which is never looked for in PATH", async () => {
    const script = path.relative(process.cwd(), file("env", "#!/bin/sh\n"));
    expect((await resolve({ script })).command).toBe(path.join(directory, "env"));
  });
});

describe("a config that cannot be run", () => {
  it.each<[string, StdioMcp, string, string]>([
    ["nothing", {}, "mcp", "STDIO transport requires script or cmd"],
    [
      "nulls",
      { script: null, cmd: null, cwd: null, env: null },
      "mcp",
      "STDIO transport requires script or cmd",
    ],
    ["an empty cmd", { cmd: [] }, "mcp.cmd", "STDIO cmd must be a non-empty list of strings"],
    [
      "a blank in cmd",
      { cmd: ["node", " "] },
      "mcp.cmd",
      "STDIO cmd must be a non-empty list of strings",
    ],
    [
      "a missing script",
      { script: "nope.py" },
      "mcp.script",
      "Server script nope.py does not exist.",
    ],
    [
      "a missing script in cwd",
      { script: "nope.py", cwd: tmpdir() },
      "mcp.script",
      `Server script ${path.join(tmpdir(), "nope.py")} does not exist.`,
    ],
    [
      "a missing cwd, which is looked at first",
      { script: "nope.py", cwd: "/nope" },
      "mcp.cwd",
      "MCP stdio cwd /nope does not exist or is not a directory.",
    ],
    [
      "a cwd that is a file",
      { cmd: ["node"], cwd: hostilePlugin },
      "mcp.cwd",
      `MCP stdio cwd ${hostilePlugin} does not exist or is not a directory.`,
    ],
  ])("is refused for %s", async (_, mcp, field, message) => {
    const error = await refusal(mcp);
    expect(error).toMatchObject({
      code: "CONFIG_INVALID",
      phase: "spawning",
      plugin: "Guard",
      message,
    });
    expect(error.issues).toEqual([{ path: field, message }]);
  });

  it("is refused for values of other types, which no compiler has seen", async () => {
    const mcp: StdioMcp = JSON.parse('{"cmd":"node server.js"}');
    expect((await refusal(mcp)).issues?.[0]?.path).toBe("mcp.cmd");
    const second: StdioMcp = JSON.parse('{"cmd":["node",7]}');
    expect((await refusal(second)).issues?.[0]?.path).toBe("mcp.cmd");
  });

  it("is refused for a script that must not be executed", async () => {
    const script = file("plugin", "#!/bin/sh\n", 0o644);
    const error = await refusal({ script });
    expect(error.message).toBe(`Server script ${script} must be executable.`);
    mkdirSync(path.join(directory, "folder"));
    expect((await refusal({ script: path.join(directory, "folder") })).code).toBe("CONFIG_INVALID");
  });

  it("is refused for text without an interpreter, which the system would hand to a shell", async () => {
    const trace = path.join(directory, "trace");
    const script = file("plugin", `touch ${trace}\n`);
    const empty = file("empty");
    for (const mcp of [
      { script },
      { cmd: [script] },
      { cmd: ["./plugin"], cwd: directory },
      { script: empty },
    ])
      expect(await refusal(mcp)).toMatchObject({ code: "CONFIG_INVALID", phase: "spawning" });
    const inPath = { cmd: ["plugin"], env: { PATH: directory } };
    expect((await refusal(inPath)).issues?.[0]?.path).toBe("mcp.cmd");
    expect(() => rmSync(trace)).toThrow(/ENOENT/);
  });

  it("is looked at anew at each opening", async () => {
    const mcp = { script: path.join(directory, "late.sh") };
    expect((await refusal(mcp)).message).toContain("does not exist");
    file("late.sh", "exec sleep 600\n");
    const channel = createStdioChannel(stdioSpec({ mcp }), new ChannelLog());
    await channel.open(neverAborted);
    await channel.close();
  });
});

describe("a command that cannot be started", () => {
  it.each([
    ["that nobody finds", ["no-such-command"], /no-such-command was not found/],
    ["with a path that leads nowhere", ["/nope/server"], /\/nope\/server was not found/],
    [
      "with a path from home, which only a shell would know",
      ["~/server"],
      /~\/server was not found: ~ stands for the home directory in mcp.script and mcp.cwd only/,
    ],
    ["that must not be executed", [hostilePlugin.replace(/[^/]*$/, "")], /EACCES/],
    ["with a NUL character", ["node", "a\0b"], /NUL/],
    [
      "that is too large",
      ["node", ...Array.from({ length: 40 }, () => "x".repeat(120_000))],
      /E2BIG/,
    ],
  ])("%s is told by its message", async (_, cmd, message) => {
    const error = await refusal({ cmd });
    expect(error).toMatchObject({ code: "SPAWN_FAILED", phase: "spawning" });
    expect(error.message).toMatch(message);
  });

  it("for want of its interpreter is told by its message", async () => {
    const script = file("plugin", "#!/nope/interpreter\n");
    const error = await refusal({ script });
    expect(error.code).toBe("SPAWN_FAILED");
    expect(error.message).toContain(
      `The interpreter that the first line of ${script} names was not found`,
    );
  });

  it("names the short environment as a reason, unless it had all of it", async () => {
    expect((await refusal({ cmd: ["nope"] })).message).toContain("envAllow");
    expect((await refusal({ cmd: ["nope"] }, { inheritEnv: true })).message).not.toContain(
      "envAllow",
    );
  });

  it("shows no argument, not even in its cause", async () => {
    const error = await refusal({ cmd: ["nope", "--token=secret"] });
    expect(error.cause).toMatchObject({ code: "ENOENT" });
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(error.cause))).not.toContain("secret");
  });
});

describe("commandPolicy", () => {
  it("is asked before each start, with what will be run", async () => {
    const asked: unknown[] = [];
    const commandPolicy: StdioSpec["commandPolicy"] = (...question) => {
      asked.push(question);
      return false;
    };
    const script = file("plugin.sh");
    const error = await refusal({ script: "plugin.sh", cwd: directory }, { commandPolicy });
    expect(asked).toEqual([["sh", [script], directory]]);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", issues: [{ path: "mcp.script" }] });
  });

  it("refuses by throwing, too", async () => {
    const cause = new Error("not that one");
    const commandPolicy = () => {
      throw cause;
    };
    const error = await refusal({ cmd: ["node"] }, { commandPolicy });
    expect(error).toMatchObject({ code: "CONFIG_INVALID", issues: [{ path: "mcp.cmd" }], cause });
  });

  it.each([
    ["null", null],
    ["something of type number", 0],
    ["something of type number", 1],
    ["something of type string", "no"],
    ["something of type object", {}],
  ])("refuses by %s (%s), which it is told is no answer", async (what, verdict) => {
    const commandPolicy = (): never => verdict as never;
    const error = await refusal({ cmd: ["node"] }, { commandPolicy });
    const message = `commandPolicy refuses the command node: it must return true or false, and has returned ${what}`;
    expect(error).toMatchObject({ code: "CONFIG_INVALID", issues: [{ path: "mcp.cmd", message }] });
  });

  it("cannot change what is run", async () => {
    const control = await PluginControl.create();
    const commandPolicy: StdioSpec["commandPolicy"] = async (_, args) => {
      (args as string[]).push("--more");
      return undefined;
    };
    const { channel, plugin } = await connectPlugin(control, { commandPolicy });
    expect((await plugin.start).argv).toEqual([process.execPath, hostilePlugin]);
    await channel.close();
    await control.close();
  });
});

describe("the environment", () => {
  const host = {
    HOME: "/home/a",
    LOGNAME: "a",
    PATH: "/bin",
    SHELL: "/bin/sh",
    TERM: "xterm",
    USER: "a",
    LANG: "de_DE.UTF-8",
    LC_ALL: "C.UTF-8",
    AWS_SECRET_ACCESS_KEY: "secret",
    NODE_OPTIONS: "--inspect",
    MORE: "more",
  };

  it("is a short list without secrets", () => {
    const { AWS_SECRET_ACCESS_KEY, NODE_OPTIONS, MORE, ...short } = host;
    const choice = { inheritEnv: false, envAllow: [], env: {} };
    expect(childEnvironment(choice, host)).toEqual(short);
    expect(childEnvironment({ ...choice, envAllow: ["MORE", "NONE"] }, host)).toEqual({
      ...short,
      MORE,
    });
    expect(childEnvironment({ ...choice, env: { PATH: "/opt", X: "1" } }, host)).toEqual({
      ...short,
      PATH: "/opt",
      X: "1",
    });
  });

  it("holds no shell functions", () => {
    const choice = { inheritEnv: false, envAllow: [], env: {} };
    expect(childEnvironment(choice, { TERM: "() { :; }", USER: "a" })).toEqual({ USER: "a" });
  });

  it("is that of the host where it is asked for", () => {
    const choice = { inheritEnv: true, envAllow: [], env: { MORE: "other" } };
    expect(childEnvironment(choice, { ...host, UNSET: undefined })).toEqual({
      ...host,
      MORE: "other",
    });
  });

  it("reaches the process as it is, with the working directory", async () => {
    const control = await PluginControl.create();
    const mcp = { cwd: directory, env: { OWN: "value" } };
    const { channel, plugin } = await connectPlugin(control, { mcp });
    const { env, cwd } = await plugin.start;
    const choice = { inheritEnv: false, envAllow: [], env: { ...control.env, OWN: "value" } };
    expect(env).toEqual(childEnvironment(choice));
    expect(cwd).toBe(directory);
    await channel.close();
    await control.close();
  });
});

describe("a script", () => {
  it("runs by its own first line, through a link as well", async () => {
    const control = await PluginControl.create();
    const script = path.join(directory, "plugin");
    symlinkSync(hostilePlugin, script);
    const log = new ChannelLog();
    const mcp = { script, env: control.env };
    const channel = createStdioChannel(stdioSpec({ mcp, envAllow: ["PATH"] }), log);
    await channel.open(neverAborted);
    await control.started();
    channel.call([hookCall(1)]);
    await log.until(({ answers }) => answers.length === 1);
    await channel.close();
    expect(control.survivors).toEqual([]);
    await control.close();
  });
});
