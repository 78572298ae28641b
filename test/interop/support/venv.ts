import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { pythonFolder } from "./python-folder.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The interpreter of an environment that has the reference implementation */
    python: string;
  }
}

const requirements = path.join(pythonFolder, "requirements.txt");
const cache = fileURLToPath(new URL("../../../node_modules/.cache/mcp-tether", import.meta.url));
const candidates = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
const isUsable = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/** Makes the Python environment once for each version of the requirements and of Python, and keeps it. */
export function setup(project: TestProject): void {
  const base = findPython();
  const key = createHash("sha256")
    .update(readFileSync(requirements))
    .update(run(base, ["-c", "import sys; print(sys.version, sys.base_prefix)"]))
    .digest("hex")
    .slice(0, 16);
  const folder = path.join(cache, `interop-venv-${key}`);
  if (!existsSync(folder)) install(base, folder);
  project.provide("python", path.join(folder, "bin/python"));
}

function findPython(): string {
  const found = candidates.find(
    (name) => spawnSync(name, ["-c", isUsable], { stdio: "ignore" }).status === 0,
  );
  if (found !== undefined) return found;
  throw new Error(
    "These tests need Python 3.11 or later with its venv module, for the reference implementation. On Debian and Ubuntu: apt-get install python3-venv",
  );
}

// Under another name until it is complete: a run that was ended half-way, or another one at the same time, is no harm.
function install(base: string, folder: string): void {
  const draft = `${folder}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  try {
    run(base, ["-m", "venv", draft]);
    run(path.join(draft, "bin/python"), [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"],
      ...["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", requirements],
    ]);
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`, { cause: error });
}
