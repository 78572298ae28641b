import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectBuilt } from "../support/project.ts";
import { breakBuild, mistakes } from "./broken-builds.ts";

const work = mkdtempSync(path.join(tmpdir(), "mcp-tether-broken-"));
/** Most mistakes show within ten seeds */
const bounds = ["--seeds", "300", "--calls", "60", "--faults", "10", "--bail"];

beforeAll(expectBuilt);
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Failure {
  readonly problems: readonly string[];
  readonly replay: string;
}

test.each(mistakes)(
  "the checker sees that $name",
  (mistake) => {
    const main = breakBuild(path.join(work, "build"), mistake);
    const { stdout, status } = spawnSync(process.execPath, [main, ...bounds, "--json"], {
      encoding: "utf8",
      timeout: 60_000,
    });
    const { failures }: { failures: readonly Failure[] } = JSON.parse(stdout);
    expect(failures.flatMap(({ problems }) => problems).join("\n")).toMatch(mistake.complaint);
    expect(failures[0]?.replay).toMatch(/^npm run simulate -- --seed \d+ --calls 60 --faults 10$/);
    expect(status).toBe(1);
  },
  60_000,
);
