import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { installOnce, run } from "../../support/install-once.ts";

declare module "vitest" {
  interface ProvidedContext {
    conformance: ConformanceTool;
  }
}

/** The public suite, and a Node that can run it. */
export interface ConformanceTool {
  readonly node: string;
  readonly script: string;
}

const files = ["package.json", "package-lock.json"];
const own = (file: string): string => fileURLToPath(new URL(`../suite/${file}`, import.meta.url));

/** Installs the suite as its lock file says, beside the dependencies of the library. */
export function setup(project: TestProject): void {
  const ingredients = [...files.map((file) => readFileSync(own(file))), process.version];
  const folder = installOnce("conformance", ingredients, (draft) => {
    mkdirSync(draft, { recursive: true });
    for (const file of files) copyFileSync(own(file), path.join(draft, file));
    run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], draft);
  });
  project.provide("conformance", {
    node: findNode(folder),
    script: path.join(folder, "node_modules/@modelcontextprotocol/conformance/dist/index.js"),
  });
}

// It needs Node 22, and the library does not.
function findNode(folder: string): string {
  if (Number.parseInt(process.versions.node, 10) >= 22) return process.execPath;
  const { platform, arch } = process;
  const installed = path.join(folder, `node_modules/node-${platform}-${arch}/bin/node`);
  if (existsSync(installed)) return installed;
  throw new Error(
    `The conformance suite needs Node 22, which these tests bring along for Linux only: run them with it (this is ${process.version} for ${platform}-${arch})`,
  );
}
