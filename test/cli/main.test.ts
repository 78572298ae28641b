import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, it } from "vitest";
import { readTrace, traceLines } from "../../src/inspector/trace/read-trace.ts";
import { afterwards, newControl } from "../external-plugin/support/harness.ts";
import { hostilePlugin } from "../fixtures/control.ts";
import { processesWith } from "../fixtures/processes.ts";
import { ask, eventsIn, open, partsOf } from "../inspector/support/http.ts";
import { everything, header } from "../inspector/support/traces.ts";
import { expectBuilt, projectRoot } from "../support/project.ts";

const command = path.join(projectRoot, "dist/src/cli/main.js");

beforeAll(expectBuilt);

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** An inspector that runs as a program, and its address. */
async function inspector(...args: string[]) {
  const { PATH } = process.env;
  const marker = `cli-test-${process.pid}-${Math.random()}`;
  const child = spawn(process.execPath, [command, "inspect", ...args], {
    // By way of PATH its plugins inherit it.
    env: { ...process.env, PATH: `${PATH}:/${marker}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  afterwards(() => child.kill("SIGKILL"));
  const errors: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  const [line] = await once(createInterface(child.stdout), "line");
  const { origin, token } = partsOf(String(line).replace("Inspector: ", ""));
  const headers = { authorization: `Bearer ${token}` };
  const trace = async () => readTrace((await ask(`${origin}/api/trace`, { headers })).text).records;
  return { child, marker, trace, errors, origin, headers };
}

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "mcp-tether-cli-"));
  afterwards(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function endOf(child: ChildProcess): Promise<unknown> {
  const exit = once(child, "exit");
  child.kill("SIGINT");
  return (await exit)[0];
}

describe("mcp-tether", { timeout: 60_000 }, () => {
  it("says how it is used, and what makes no sense", () => {
    const { stdout, ...end } = run("--help");
    expect(end).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: mcp-tether inspect/);
    const wrong = { status: 2, stdout: "" };
    expect(run("look")).toEqual({
      ...wrong,
      stderr: "There is no command look; see mcp-tether --help\n",
    });
    expect(run("inspect", "--prot", "1")).toMatchObject(wrong);
  });

  it("says what is wrong with a configuration", () => {
    const { status, stderr } = run("inspect", "--config", "no-such-file.yaml");
    expect(status).toBe(1);
    expect(stderr).toContain("no-such-file.yaml");
    expect(stderr).not.toContain("    at ");
  });
});

describe("mcp-tether inspect", { timeout: 60_000 }, () => {
  it("shows a demonstration until Ctrl-C, and leaves nothing behind", async () => {
    const { child, marker, trace, origin, headers, errors } = await inspector("--demo");
    await expect
      .poll(async () => JSON.stringify(await trace()), { timeout: 30_000 })
      .toContain('"ok":true');
    const names = (await trace()).flatMap((record) =>
      record.kind === "attached" ? [record.name] : [],
    );
    expect(names).toEqual(["PiiMasker", "ToneGuard", "FlakyAudit", "PolicyHub", "NightlyReport"]);
    const body = '{"connection":1,"command":"stop"}';
    const steering = { ...headers, origin, "content-type": "application/json" };
    expect(
      (await ask(`${origin}/api/control`, { method: "POST", headers: steering, body })).status,
    ).toBe(403);
    expect(await endOf(child)).toBe(0);
    expect(errors.join("")).toBe("");
    expect(processesWith(marker)).toEqual([]);
  });

  it("shows the plugins of a configuration, those too that cannot be started", async () => {
    const control = await newControl();
    const file = path.join(newFolder(), "config.yaml");
    const stdio = (name: string, cmd: readonly string[], mode = "enforce") => ({
      name,
      kind: "external",
      mode,
      mcp: { proto: "STDIO", cmd, env: control.env },
    });
    const plugins = [
      stdio("Guard", [process.execPath, hostilePlugin]),
      stdio("Missing", ["/no/such/command"]),
      stdio("Resting", [process.execPath, hostilePlugin], "disabled"),
      { name: "Inside", kind: "plugins.inside.Inside", hooks: ["tool_pre_invoke"] },
    ];
    writeFileSync(file, JSON.stringify({ plugins }));
    const { child, trace, origin, headers, errors } = await inspector(
      "--config",
      file,
      "--allow-control",
    );
    const statesOf = async () => {
      const states = new Map<number, string>();
      const names = new Map<number, string>();
      for (const record of await trace()) {
        if (record.kind === "attached") names.set(record.connection, record.name);
        if (record.kind !== "detached") states.set(record.connection, record.state);
      }
      return [...names].map(([id, name]) => `${name} ${states.get(id)}`);
    };
    const expected = ["Guard ready.waiting", "Missing terminated", "Resting (disabled) idle"];
    await expect.poll(statesOf, { timeout: 30_000 }).toEqual(expected);
    await ask(`${origin}/api/control`, {
      method: "POST",
      headers: { ...headers, origin, "content-type": "application/json" },
      body: '{"connection":1,"command":"stop"}',
    });
    // Nothing is left that lives. It goes on showing what there was, until somebody has seen it.
    await expect.poll(statesOf, { timeout: 30_000 }).toContain("Guard terminated");
    expect(child.exitCode).toBeNull();
    expect(await endOf(child)).toBe(0);
    expect(errors.join("")).toMatch(/Inside, of the kind plugins\.inside\.Inside, is not run here/);
    expect(errors.join("")).toMatch(/^Missing: The command .* was not found/m);
  });

  it("shows a trace that somebody has saved, and says what is wrong with one", async () => {
    const folder = newFolder();
    const file = path.join(folder, "incident.jsonl");
    const text = [...traceLines(header, everything)].join("");
    writeFileSync(file, text);
    const { child, trace, origin, headers } = await inspector("--trace", file);
    expect((await trace()).slice(-everything.length)).toEqual(everything);
    const events = eventsIn(await open(`${origin}/api/stream`, { headers }));
    expect((await events.next()).value).toMatchObject({ data: { trace: "incident.jsonl" } });
    expect(await endOf(child)).toBe(0);

    writeFileSync(file, `${text}nonsense\n`);
    const { status, stderr } = run("inspect", "--trace", file);
    expect(status).toBe(2);
    expect(stderr).toMatch(/incident\.jsonl is no trace\. Line \d+: is no JSON/);
  });
});
