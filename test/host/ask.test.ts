import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UsageError } from "../../examples/demo/usage-error.ts";
import { ask } from "../../examples/host/ask.ts";
import { areForAsking, readAskOptions } from "../../examples/host/options.ts";
import { eventually, processesWith } from "../fixtures/processes.ts";
import { expectBuilt, projectRoot } from "../support/project.ts";
import { type AskEnd, AskProcess, answersOf } from "./support/ask-process.ts";

const server = path.join(projectRoot, "test/fixtures/server/stdio-server.mjs");

let folder: string;
let payload: string;

beforeAll(() => {
  expectBuilt();
  folder = mkdtempSync(path.join(tmpdir(), "ask-"));
  payload = write("payload.json", { name: "greet", args: { text: "bad" } });
});

afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: object | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** An entry for one of the fixture's plugins. Its process can be told by the folder in its environment. */
const entry = (name: string, more: object = {}): object => ({
  name,
  kind: "external",
  mcp: { proto: "STDIO", cmd: [process.execPath, server], env: { ASK_TEST: folder } },
  ...more,
});

const args = (config: string, ...more: readonly string[]): string[] => [
  "--config",
  config,
  "--hook",
  "tool_pre_invoke",
  "--payload",
  payload,
  ...more,
];

const run = (...given: Parameters<typeof args>): Promise<AskEnd> =>
  new AskProcess(args(...given)).end();

describe("npm start -- --config", { timeout: 60_000 }, () => {
  test("asks every plugin of a host's file, and prints what they say", async () => {
    const config = write("hosts.json", {
      plugins: [
        entry("Block", { priority: 30 }),
        entry("Mutate"),
        entry("Rewrite"),
        entry("Web"),
        entry("Off", { mode: "disabled", priority: 1 }),
        { name: "Native", kind: "a.B", priority: 1 },
        { name: "Far", kind: "external", grpc: { target: "localhost:1" } },
      ],
    });
    const context = write("context.json", {
      state: { kept: 1 },
      metadata: {},
      global_context: { request_id: "r1", state: {}, metadata: {} },
    });
    const end = await run(config, "--context", context);
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(end.stdout)).toMatchObject({ hook: "tool_pre_invoke" });
    const answers = answersOf(end);
    expect(answers.map(({ plugin, status }) => `${plugin} ${status}`)).toStrictEqual([
      "Off skipped",
      "Rewrite answered",
      "Block answered",
      "Mutate answered",
      "Web skipped",
      "Native skipped",
      "Far skipped",
    ]);
    const [off, rewrite, block, mutate, web, native, far] = answers;
    expect(rewrite).toMatchObject({
      priority: 20,
      result: { modified_payload: { args: { text: "good" } } },
      context: { state: { kept: 1 } },
    });
    expect(block).toMatchObject({
      result: { continue_processing: false, violation: { code: "BLOCKED" } },
    });
    // One does not see what another has made of the context.
    expect(mutate).toHaveProperty("context.state.kept", 1);
    expect(
      Object.keys(Object(mutate && "context" in mutate && mutate.context.state)).length,
    ).toBeGreaterThan(1);
    expect([off, web, native, far]).toMatchObject([
      { reason: "it is disabled" },
      { reason: "it has no hook tool_pre_invoke" },
      { reason: "its kind is a.B" },
      { reason: "it is not reached over MCP" },
    ]);
    expect(processesWith(folder)).toEqual([]);
  });

  test("tells what has failed, and why, with exit code 1", async () => {
    const config = write(
      "failing.yaml",
      [
        "mcpServers:",
        `  Raise: {command: ${process.execPath}, args: [${server}]}`,
        `  Missing: {command: ${process.execPath}, args: [${server}]}`,
        "  Broken: {command: no-such-command}",
        '  Nobody: {url: "http://127.0.0.1:{{ env.NO_PORT }}/mcp"}',
      ].join("\n"),
    );
    const end = await new AskProcess(
      args(config, "--plugin=Raise", "--plugin", "Missing", "--plugin=Broken"),
      {
        env: { NO_PORT: "1" },
      },
    ).end();
    expect(end).toMatchObject({ code: 1, stderr: "" });
    expect(answersOf(end)).toMatchObject([
      {
        plugin: "Raise",
        status: "failed",
        error: { code: "PLUGIN_ERROR", outcome: "answered" },
        answer: { message: "ValueError('plain failure')", plugin_name: "Raise" },
      },
      { plugin: "Missing", status: "failed", error: { code: "CONFIG_FETCH_FAILED" } },
      { plugin: "Broken", status: "failed", error: { code: "SPAWN_FAILED", phase: "spawning" } },
    ]);
  });

  test("has an example that runs", async () => {
    const shell = write("shell.json", { name: "shell_run", args: { command: "rm -rf /" } });
    const example = path.join(projectRoot, "examples/host/hosts.yaml");
    const end = await new AskProcess([
      "--config",
      example,
      "--hook=tool_pre_invoke",
      "--payload",
      shell,
      "--json",
    ]).end();
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(answersOf(end)).toMatchObject([
      { plugin: "PolicyGuard", result: { violation: { code: "SHELL_RECURSIVE_DELETE" } } },
      { plugin: "PiiMasker", result: { continue_processing: true } },
    ]);
  });

  test("is ended by Ctrl-C in the middle of a call, and leaves nothing behind", async () => {
    const config = write("slow.json", { plugins: [entry("Slow")] });
    const notes = path.join(folder, "notes");
    const slow = write("slow-payload.json", { name: "t", args: { ms: 60_000, notes } });
    const asking = new AskProcess([
      "--config",
      config,
      "--hook",
      "tool_pre_invoke",
      "--payload",
      slow,
    ]);
    await eventually(() => existsSync(notes), "the hook runs", 50_000).catch(async (error) => {
      asking.kill("SIGKILL");
      throw new Error((await asking.end()).stderr, { cause: error });
    });
    asking.kill("SIGINT");
    expect(await asking.end()).toStrictEqual({ code: 130, stdout: "", stderr: "" });
    expect(processesWith(folder)).toEqual([]);
  });
});

describe("what is wrong is told", () => {
  test("with exit code 2, file and line, and no stack", { timeout: 60_000 }, async () => {
    const config = write("wrong.yaml", "plugins:\n- name: A\n  kind: external\n  mode: loud\n");
    const { code, stdout, stderr } = await run(config);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      [
        `The configuration ${config} is invalid:`,
        `  ${config}:2:3 plugins.0.mcp: External plugin A must have 'mcp', 'grpc', or 'unix_socket' section configured: write mcp, the one that is supported here`,
        `  ${config}:4:3 plugins.0.mode: must be one of enforce, enforce_ignore_error, permissive, disabled, sequential, transform, audit, concurrent, fire_and_forget`,
        "",
      ].join("\n"),
    );
  });

  test("of options that are missing, and files that are not what they should be", async () => {
    const config = write("none.yaml", "plugins: [{name: Native, kind: a.B}]");
    const list = write("list.json", "[1]");
    const broken = write("broken.json", '{"s3cret": ');
    const rounded = write("rounded.json", '{"name": "t", "args": {"id": 9007199254740993}}');
    const endless = write("endless.json", '{"name": "t", "args": {"id": 1e999}}');
    const latin = path.join(folder, "latin.json");
    writeFileSync(latin, Buffer.from('{"name": "\xe9"}', "latin1"));
    const marked = write("marked.json", '\ufeff{"name": "t"}');
    const refusal = async (given: readonly string[]): Promise<unknown> => {
      const { signal } = new AbortController();
      try {
        return await ask(readAskOptions(given), signal);
      } catch (error) {
        return error instanceof UsageError ? error.message : error;
      }
    };
    const changed = (file: string): string =>
      `${file} has a number that JavaScript would change: write it as a text`;
    const common = ["--config", config, "--hook", "tool_pre_invoke"];
    const cases: readonly (readonly [given: readonly string[], said: unknown])[] = [
      [["--config", config], "--hook, --payload must be given too; see npm start -- --help"],
      [
        ["--config", config, "--hook", "tool_pre_invok", "--payload", list],
        expect.stringMatching(/^--hook must be one of prompt_pre_fetch, .*token_delegate$/),
      ],
      [[...common, "--payload", list], `${list} must hold a JSON object`],
      [[...common, "--payload", broken], `${broken} is not JSON`],
      [[...common, "--payload", latin], `${latin} is no text in UTF-8`],
      [[...common, "--payload", rounded], changed(rounded)],
      [[...common, "--payload", endless], changed(endless)],
      [
        [...common, "--payload", path.join(folder, "no.json")],
        `${folder}/no.json cannot be read (ENOENT)`,
      ],
      [
        [...common, "--payload", list, "--plugin", "Guard"],
        `${config} has no plugin Guard; it has Native`,
      ],
      [
        [...common, "--payload", list, "--seed", "1"],
        "Unknown option '--seed'; see npm start -- --help",
      ],
      // Nobody has said anything. A byte order mark is none of the text.
      [
        [...common, "--payload", marked],
        {
          answers: [
            { plugin: "Native", priority: 100, status: "skipped", reason: "its kind is a.B" },
          ],
          exitCode: 1,
        },
      ],
    ];
    for (const [given, said] of cases) expect(await refusal(given)).toEqual(said);
  });

  test.each([
    [["--config", "x"], true],
    [["--hook=x"], true],
    [["--plugin", "x", "--json"], true],
    [["--input", "x"], false],
    [["--configuration"], false],
    [[], false],
  ])("%j is for asking: %j", (given, expected) => {
    expect(areForAsking(given)).toBe(expected);
  });
});
