import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../../node_modules/.cache/mcp-tether", import.meta.url));

/**
 * The folder of something that tests need and do not bring along, installed when it is missing, and kept until one of
 * its ingredients changes.
 */
export function installOnce(
  name: string,
  ingredients: readonly (string | Uint8Array)[],
  install: (folder: string) => void,
): string {
  const hash = createHash("sha256");
  for (const ingredient of ingredients) hash.update(ingredient);
  const folder = path.join(cache, `${name}-${hash.digest("hex").slice(0, 16)}`);
  if (!existsSync(folder)) installIn(folder, install);
  return folder;
}

// Under another name until it is complete: a run that was ended half-way, or another one at the same time, is no harm.
function installIn(folder: string, install: (folder: string) => void): void {
  const draft = `${folder}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  try {
    install(draft);
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Runs a command to its end, and returns what it prints. */
export function run(command: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`, { cause: error });
}
