import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, inject } from "vitest";

export const projectRoot: string = fileURLToPath(new URL("../../", import.meta.url));

/** One entry point of the package, as in `exports`. */
export interface Entry {
  /** What a consumer imports, such as `mcp-tether/server` */
  readonly specifier: string;
  /** A file name for it, such as `server` */
  readonly name: string;
  /** Path of the built module from the root of the package */
  readonly target: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export const manifest: Manifest = JSON.parse(
  readFileSync(path.join(projectRoot, "package.json"), "utf8"),
);

export const entries: readonly Entry[] = Object.entries(manifest.exports)
  .filter(([subpath]) => subpath !== "./package.json")
  .map(([subpath, target]) => ({
    specifier: path.posix.join(manifest.name, subpath),
    name: subpath === "." ? "index" : subpath.slice(2),
    target,
  }));

/** Fails the test with the compiler's own words if `dist` could not be built. */
export function expectBuilt(): void {
  expect(inject("buildErrors")).toBe("");
}

/** Path of an executable of a development dependency, to be run with the current Node. */
function toolPath(inNodeModules: string): string {
  return path.join(projectRoot, "node_modules", inNodeModules);
}

export const tscPath: string = toolPath("typescript/bin/tsc");
export const biomePath: string = toolPath("@biomejs/biome/bin/biome");
