import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LedgerEntry } from "../../examples/plugins/ledger.ts";
import { findPersonalData } from "../../examples/plugins/pii/find-personal-data.ts";
import { expectBuilt, projectRoot } from "../support/project.ts";
import { DemoProcess, type Line, linesOf, summaryOf } from "./support/demo-process.ts";

const defaultInput = path.join(projectRoot, "examples/input");

let demo: DemoProcess | undefined;
let folder: string;

beforeAll(expectBuilt);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "demo-input-"));
});

afterEach(async () => {
  await demo?.release();
  demo = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env?: NodeJS.ProcessEnv): DemoProcess {
  demo = new DemoProcess(args, env);
  return demo;
}

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
}

/** How often each request's hook began, and ended. */
function runsIn(ledger: readonly LedgerEntry[]): Map<string, string> {
  const runs = new Map<string, string>();
  for (const { request, event } of ledger)
    runs.set(request, [runs.get(request), event].filter((part) => part !== undefined).join(" "));
  return runs;
}

const hooksOf = (lines: readonly Line[]) => lines.filter((line) => line.type === "hook");

describe("a whole run", { timeout: 60_000 }, () => {
  test("kills one plugin in a call, restarts the other's server, and every other call ran exactly once", async () => {
    const run = start(["--json", "--seed", "3"]);
    const end = await run.end();
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(run.processes()).toEqual([]);
    const lines = linesOf(end);
    const summary = summaryOf(end);
    expect(summary).toMatchObject({ ok: true, childrenLeft: 0 });

    // The call that was killed, and it alone, has no answer.
    const killed = lines.filter((line) => line.type === "process" && line.event === "killed");
    expect(killed.map((line) => line.type === "process" && line.process)).toEqual([
      "PiiMasker",
      "policy server",
    ]);
    const [{ during: victim = "" } = {}] = killed as { during?: string }[];
    const hooks = hooksOf(lines);
    const unanswered = hooks.filter(({ outcome }) => outcome === "unknown" || outcome === "failed");
    expect(unanswered.map(({ request, outcome }) => [request, outcome])).toEqual([
      [victim, "unknown"],
    ]);

    // The plugins' own record: what was answered ran once to its end, the killed call once and not to its end.
    const runs = runsIn(run.ledger());
    const expected = hooks.map(({ request }): [string, string] => [
      request,
      request === victim ? "begun" : "begun ended",
    ]);
    expect([...runs].sort()).toEqual(expected.sort());
    expect(hooks.length).toBeGreaterThan(150);

    // Both were lost while they served, and served again in another process.
    for (const plugin of ["PiiMasker", "PolicyGuard"]) {
      const pids = new Set(
        run
          .ledger()
          .filter((e) => e.plugin === plugin)
          .map(({ pid }) => pid),
      );
      expect([plugin, pids.size]).toEqual([plugin, 2]);
      const states = lines.filter((line) => line.type === "state" && line.plugin === plugin);
      const path_ = states.map((line) => line.type === "state" && `${line.from} ${line.to}`);
      expect(path_).toEqual(
        expect.arrayContaining(["ready.invoking closing", "stopping terminated"]),
      );
      expect(lines.some((line) => line.type === "recovery" && line.plugin === plugin)).toBe(true);
    }

    // The work itself.
    expect(
      hooks
        .filter(({ subject }) => subject === "notes/nothing-personal.txt")
        .map(({ outcome }) => outcome),
    ).toEqual(["allowed", "allowed", "allowed"]);
    const japanese = hooks.find(
      ({ subject, hook }) => subject === "ja/お問い合わせ.txt" && hook === "prompt_pre_fetch",
    );
    expect(japanese?.masked).toEqual({ email: 2, card: 1 });
    expect(summary.blocked).toEqual({
      FILE_OUTSIDE_WORKSPACE: 2,
      HTTP_PRIVATE_ADDRESS: 3,
      MAIL_EXTERNAL_RECIPIENT: 2,
      SECRET_IN_ARGUMENT: 1,
      SHELL_MAKE_FILESYSTEM: 1,
      SHELL_OVERWRITE_DEVICE: 1,
      SHELL_RECURSIVE_DELETE: 2,
      SQL_DESTRUCTIVE: 3,
    });
    expect(noneOf(personalDataIn(defaultInput), end.stdout)).toEqual([]);
  });

  test("with documents of one's own shows a timeline without what is in them, or in their names", async () => {
    write("anna@example.org.txt", "Write to anna@example.org, or pay with 4111 1111 1111 1111.");
    write("deep/er/お知らせ\u001b[31m.txt", "IBAN DE89 3704 0044 0532 0130 00");
    write("empty", "");
    write(".hidden.jsonl", "not JSON at all");
    write(
      "calls.JSONL",
      '\ufeff{"name":"shell_run","args":{"command":"rm -rf /"}}\r\n\r\n{"name":"bert@example.net","result":["44051401359"]}\n',
    );
    const run = start(["--input", folder], { NO_COLOR: "1" });
    const { code, stdout, stderr } = await run.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("3 documents and 2 tool calls");
    expect(stdout).toContain("a***@example.org.txt");
    expect(stdout).toContain("blocked SHELL_RECURSIVE_DELETE");
    expect(stdout).toContain("masked 1 email, 1 card");
    expect(stdout).toContain("outcome unknown (SESSION_LOST)");
    expect(stdout).toMatch(/PiiMasker {2,}serves again after [\d.]+ s/);
    expect(stdout).toMatch(/PolicyGuard {2,}serves again after [\d.]+ s/);
    expect(stdout.match(/✓/g)).toHaveLength(4);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(noneOf(["anna@", "bert@", "4111 1111", "0532 0130", "44051401359"], stdout)).toEqual([]);
    expect(run.processes()).toEqual([]);
  });

  test("with a second run of a hook in the ledger fails, and says which", async () => {
    const run = start(["--json", "--seed", "5"]);
    const line = await run.until(({ type }) => type === "hook");
    const request = line.type === "hook" ? line.request : "";
    const [begun] = run.ledger().filter((entry) => entry.request === request);
    run.appendToLedger({ ...(begun as LedgerEntry), pid: 1 });
    const end = await run.end();
    expect(end).toMatchObject({ code: 1, stderr: "" });
    const failed = summaryOf(end).checks.filter(({ ok }) => !ok);
    expect(failed).toEqual([
      {
        name: "exactly once by the ledger",
        ok: false,
        detail: `${request} began 2 times and ended 1 times`,
      },
    ]);
  });
});

/** Those of the texts that are in a larger one. */
function noneOf(texts: readonly string[], within: string): string[] {
  return texts.filter((text) => within.includes(text));
}

function personalDataIn(root: string): string[] {
  const files = readdirSync(root, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(path.join(file.parentPath, file.name), "utf8"));
  const found = texts.flatMap((text) =>
    findPersonalData(text).map(({ start, end }) => text.slice(start, end)),
  );
  expect(found.length).toBeGreaterThan(1_000);
  return found;
}

describe("wrong use", () => {
  test.each<[string, readonly string[], string]>([
    ["an unknown option", ["--inptu", "x"], "Unknown option '--inptu'; see npm start -- --help"],
    [
      "a folder that is not there",
      ["--input", "/nowhere"],
      "/nowhere cannot be read: there is no such file or folder",
    ],
  ])("%s is told, with exit code 2 and no stack", async (_what, args, message) => {
    const run = start(args);
    expect(await run.end()).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
    expect(run.ledgerExists()).toBe(false);
  });

  test("a line that is not JSON is told with file and line, but not quoted", async () => {
    write("calls/a.jsonl", '{"name":"x"}\n{"name":anna@example.org}\n');
    expect(await start(["--input", folder]).end()).toEqual({
      code: 2,
      stdout: "",
      stderr: "calls/a.jsonl:2: is not JSON\n",
    });
  });

  test("a ledger is never written over", async () => {
    write("ledger", "precious");
    const { code, stderr } = await start(["--ledger", path.join(folder, "ledger")], {}).end();
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `${folder}/ledger cannot be created: it exists already\n`,
    });
    expect(readFileSync(path.join(folder, "ledger"), "utf8")).toBe("precious");
  });
});

test("--help says what there is, and starts nothing", async () => {
  const { code, stdout, stderr } = await start(["--help"]).end();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const option of ["--input", "--seed", "--json", "--ledger"])
    expect(stdout).toContain(option);
});
