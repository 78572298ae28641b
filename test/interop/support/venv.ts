import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { installOnce, run } from "../../support/install-once.ts";
import { pythonFolder } from "./python-folder.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The interpreter of an environment that has the reference implementation */
    python: string;
  }
}

const requirements = path.join(pythonFolder, "requirements.txt");
const candidates = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
const isUsable = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/** Makes the Python environment once for each version of the requirements and of Python. */
export function setup(project: TestProject): void {
  const base = findPython();
  const version = run(base, ["-c", "import sys; print(sys.version, sys.base_prefix)"]);
  const folder = installOnce("interop-venv", [readFileSync(requirements), version], (draft) => {
    run(base, ["-m", "venv", draft]);
    run(path.join(draft, "bin/python"), [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"],
      ...["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", requirements],
    ]);
  });
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
