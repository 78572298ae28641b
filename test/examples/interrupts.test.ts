import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../fixtures/processes.ts";
import { expectBuilt } from "../support/project.ts";
import { DemoProcess, type Line, linesOf } from "./support/demo-process.ts";

// The limit. Mostly it is a tenth of that.
const cleanEndMs = 5_000;
// With this one the first export is killed, and the server restarted soon.
const seed = "5";

let demo: DemoProcess | undefined;

beforeAll(expectBuilt);

afterEach(async () => {
  await demo?.release();
  demo = undefined;
});

function start(): DemoProcess {
  demo = new DemoProcess(["--json", "--seed", seed]);
  return demo;
}

const becomes =
  (plugin: string, to: string) =>
  (line: Line): boolean =>
    line.type === "state" && line.plugin === plugin && line.to === to;

/** The export is next with the masker, and the masker is busy for a while. */
const isExporting = (line: Line): boolean =>
  line.type === "hook" && line.request === "export-1:guard";

describe("Ctrl-C ends a run cleanly", { timeout: 60_000 }, () => {
  test.each<[string, (line: Line) => boolean]>([
    ["before anything is started", (line) => line.type === "start"],
    ["while the plugins start", becomes("PiiMasker", "initializing")],
    ["while a long call is with the masker", isExporting],
    ["while the masker is brought back", becomes("PiiMasker", "reconnecting")],
    ["while the guard looks for its server", becomes("PolicyGuard", "reconnecting")],
    ["while both plugins stop", becomes("PiiMasker", "stopping")],
  ])("%s", async (_when, holds) => {
    const run = start();
    await run.until(holds);
    const begun = performance.now();
    run.kill("SIGINT");
    const end = await run.end();
    expect(performance.now() - begun).toBeLessThan(cleanEndMs);
    expect(run.processes()).toEqual([]);
    expect(end).toMatchObject({ code: 130, stderr: "" });
    expect(linesOf(end).at(-1)).toMatchObject({
      type: "interrupted",
      signal: "SIGINT",
      childrenLeft: 0,
    });
  });
});

test("SIGTERM does the same, with its own exit code", { timeout: 60_000 }, async () => {
  const run = start();
  await run.until((line) => line.type === "hook");
  run.kill("SIGTERM");
  expect(await run.end()).toMatchObject({ code: 143, stderr: "" });
  expect(run.processes()).toEqual([]);
});

test("Ctrl-C a second time ends all at once", { timeout: 60_000 }, async () => {
  const run = start();
  await run.until(isExporting);
  run.kill("SIGINT");
  run.kill("SIGINT");
  expect(await run.end()).toMatchObject({ code: 130 });
  await eventually(() => run.processes().length === 0, "no process is left");
});

test("a run that is killed leaves no children behind", { timeout: 60_000 }, async () => {
  const run = start();
  await run.until((line) => line.type === "hook");
  expect(run.processes()).toHaveLength(3);
  run.kill("SIGKILL");
  await run.end();
  await eventually(() => run.processes().length === 0, "no process is left");
});
