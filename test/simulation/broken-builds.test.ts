import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectBuilt, projectRoot } from "../support/project.ts";
import { breakBuild, mistakes } from "./broken-builds.ts";

/** Most mistakes show within ten seeds, the others within a hundred. */
const bounds = ["--seeds", "300", "--calls", "60", "--faults", "20", "--bail", "--json"];
const replay = /^npm run simulate -- --seed \d+ --calls 60 --faults 20$/;

const work = mkdtempSync(path.join(tmpdir(), "mcp-tether-broken-"));

beforeAll(expectBuilt);
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Failure {
  readonly problems: readonly string[];
  readonly replay: string;
}

// Each is a process of its own, which is started with the others.
describe.concurrent("a simulation of a build in which", { timeout: 120_000 }, () => {
  test.each(mistakes)("$name fails", async (mistake) => {
    const main = breakBuild(projectRoot, path.join(work, `${mistakes.indexOf(mistake)}`), mistake);
    const { failures, exitCode } = await simulate(main);
    const problems = failures.flatMap((failure) => failure.problems);
    expect(problems.join("\n")).toMatch(mistake.complaint);
    expect(failures[0]?.replay).toMatch(replay);
    expect(exitCode).toBe(1);
  });
});

function simulate(main: string): Promise<{ failures: readonly Failure[]; exitCode: unknown }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main, ...bounds], (error, stdout, stderr) => {
      if (stdout === "") reject(new Error(stderr));
      else resolve({ failures: JSON.parse(stdout).failures, exitCode: error?.code ?? 0 });
    });
  });
}
