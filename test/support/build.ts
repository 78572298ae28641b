import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** What the compiler printed if the build failed, else empty */
    buildErrors: string;
  }
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = path.join(root, "dist");
const lock = path.join(dist, "build.lock");

/** Builds `dist` once before the tests. Tests that need it ask `inject("buildErrors")`; the others run in any case. */
export async function setup(project: TestProject): Promise<void> {
  mkdirSync(dist, { recursive: true });
  await takeLock();
  try {
    const tsc = path.join(root, "node_modules/typescript/bin/tsc");
    const build = spawnSync(
      process.execPath,
      [tsc, "-b", "examples", "test/bench", "test/simulation", "visualizations/inspector"],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    removeOrphans();
    project.provide("buildErrors", build.status === 0 ? "" : `${build.stdout}${build.stderr}`);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The compiler leaves behind what it once made of a source that is gone, and it would be packed. */
function removeOrphans(): void {
  for (const folder of ["src", "machines", "examples", "visualizations"]) {
    for (const output of readdirSync(path.join(dist, folder), {
      recursive: true,
      encoding: "utf8",
    })) {
      const source = output.replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, ".ts");
      if (source !== output && !existsSync(path.join(root, folder, source)))
        rmSync(path.join(dist, folder, output), { force: true });
    }
  }
}

/** Two runs of the tests at the same time must not write the same files. */
async function takeLock(): Promise<void> {
  while (!tryLock()) {
    if (isHolderDead()) rmSync(lock, { force: true });
    await wait(50);
  }
}

function tryLock(): boolean {
  try {
    writeFileSync(lock, `${process.pid}`, { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

function isHolderDead(): boolean {
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
