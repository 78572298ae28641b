import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";

/** What the suite says of one thing that it has looked at. */
export interface Check {
  readonly id: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  readonly errorMessage?: string;
}

const execute = promisify(execFile);

/** Lets the suite play a client, or a server, and returns its verdicts. Notes on the way are left out. */
export async function runScenario(
  side: "client" | "server",
  scenario: string,
  target: readonly string[],
): Promise<Check[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "conformance-"));
  try {
    await conformance(side, "--scenario", scenario, "-o", folder, ...target);
    const [results = ""] = await readdir(folder);
    const checks = await readFile(path.join(folder, results, "checks.json"), "utf8");
    return (JSON.parse(checks) as Check[]).filter(({ status }) => status !== "INFO");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The names of all scenarios of a side. */
export async function listScenarios(side: "client" | "server"): Promise<string[]> {
  const text = await conformance("list", `--${side}`);
  return [...text.matchAll(/^ {2}- (\S+)/gm)].map(([, name = ""]) => name);
}

async function conformance(...args: readonly string[]): Promise<string> {
  const { node, script } = inject("conformance");
  // It ends with an error where a check fails: what failed is in the checks.
  const { stdout } = await execute(node, [script, ...args]).catch((error) => error);
  return stdout;
}
