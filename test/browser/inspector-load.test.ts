import { spawnSync } from "node:child_process";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { expectBuilt, projectRoot } from "../support/project.ts";

const program = path.join(projectRoot, "dist/test/browser/load/main.js");

beforeAll(expectBuilt);

it("50 connections and 2 000 steps a second do not grow the page or the host, a page that hangs neither", {
  timeout: 180_000,
}, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "--seconds", "20"], {
    encoding: "utf8",
    timeout: 150_000,
  });
  expect([status, stderr]).toEqual([0, ""]);
  // How smooth it was depends on what else the machine had to do: that is for a reader to judge.
  process.stdout.write(stdout);
  const { page, host } = JSON.parse(stdout);
  expect(host.watched).toMatchObject({ pages: 1 });
  expect(host.withHangingPage).toMatchObject({ pages: 2 });
  expect(host.withHangingPage.stepsPerSecond).toBeGreaterThan(0);
  expect(page.framesPerSecond.mean).toBeGreaterThan(0);
  // What is remembered is bounded, so these are what they would be after hours.
  expect(host.withHangingPage.heapMegabytes.last).toBeLessThan(400);
  expect(page.heapMegabytes.last).toBeLessThan(400);
});
