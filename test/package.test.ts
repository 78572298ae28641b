import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDeclarations } from "./support/declarations.ts";
import { entries, expectBuilt, manifest, projectRoot, tscPath } from "./support/project.ts";

/**
 * Entries whose types show those of a dependency. XState's and the MCP SDK's fail a check of libraries under
 * `exactOptionalPropertyTypes`.
 */
const showOthers = new Set(["machines", "xstate", "testing", "schemas"]);
const plainEntries = entries.filter(({ name }) => !showOthers.has(name));

/** What whoever installs the package gets along with it. */
const needed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

const work = mkdtempSync(path.join(tmpdir(), "mcp-tether-package-"));
const unpacked = path.join(work, "package");
let files: string[] = [];

beforeAll(() => {
  expectBuilt();
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", work], {
    cwd: projectRoot,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(packed);
  execFileSync("tar", ["-xzf", filename], { cwd: work });
  files = readdirSync(unpacked, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => path.relative(unpacked, path.join(file.parentPath, file.name)));
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("the tarball", () => {
  test("has the licence, the readme and every entry with its types", () => {
    const targets = entries.map(({ target }) => path.normalize(target));
    const types = targets.map((target) => target.replace(/\.js$/, ".d.ts"));
    expect(files).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "package.json", ...targets, ...types]),
    );
  });

  test("has nothing that only this repository needs", () => {
    const allowed =
      /^(?:LICENSE|(?:README|ARCHITECTURE|CHANGELOG|SECURITY)\.md|package\.json|visualizations\/(?:plugin-connection\.(?:svg|json)|overview\.svg|screenshots\/inspector-(?:light|dark)\.png)|(?:dist\/)?(?:src|machines|visualizations\/inspector)\/.+)$/;
    const unwanted = /\.tsbuildinfo$|tsconfig.*\.json$|\.test\.|\.lock$/;
    expect(files.filter((file) => !allowed.test(file) || unwanted.test(file))).toEqual([]);
  });

  test("has the sources that its maps point to", () => {
    const missing = files
      .filter((file) => file.endsWith(".map"))
      .flatMap((file) => {
        const { sources } = JSON.parse(readFileSync(path.join(unpacked, file), "utf8"));
        return sources.map((source: string) => path.join(path.dirname(file), source));
      })
      .filter((source) => !files.includes(source));
    expect(missing).toEqual([]);
  });
});

describe("installed with its dependencies", () => {
  const project = path.join(work, "with-dependencies");

  beforeAll(() => {
    makeProject(project, [...needed, "@types/node"]);
  });

  test("exports at run time what its types say", () => {
    const script = `
      const names = {};
      for (const entry of ${JSON.stringify(entries.map(({ specifier }) => specifier))})
        names[entry] = Object.keys(await import(entry)).sort();
      process.stdout.write(JSON.stringify(names));`;
    expect(JSON.parse(runNode(project, ["--input-type=module", "-e", script]))).toEqual(
      Object.fromEntries(
        entries.map(({ specifier, target }) => [specifier, declaredValues(target)]),
      ),
    );
  });

  test("can be required from CommonJS", () => {
    const script = `process.stdout.write(Object.keys(require(${JSON.stringify(manifest.name)})).join())`;
    const [main] = entries;
    const output = runNode(project, ["--no-warnings", "--input-type=commonjs", "-e", script]);
    expect(output.split(",").sort()).toEqual(declaredValues(main?.target ?? ""));
  });

  test.each(["nodenext", "bundler"] as const)("types resolve under %s", (resolution) => {
    expect(typeCheck(project, entries, resolution, { skipLibCheck: true })).toBe("");
  });
});

describe("installed with nothing but the types of Node", () => {
  const project = path.join(work, "alone");

  beforeAll(() => {
    makeProject(project, ["@types/node"]);
  });

  test.each(["nodenext", "bundler"] as const)(
    "the types of the plain entries stand alone under %s, libraries checked",
    (resolution) => {
      expect(typeCheck(project, plainEntries, resolution, { skipLibCheck: false })).toBe("");
    },
  );
});

/** A consumer's project: the unpacked tarball, links to some of our packages, and its own source files. */
function makeProject(project: string, packages: readonly string[]): void {
  const modules = path.join(project, "node_modules");
  mkdirSync(modules, { recursive: true });
  writeFileSync(path.join(project, "package.json"), JSON.stringify({ type: "module" }));
  cpSync(unpacked, path.join(modules, manifest.name), { recursive: true });
  for (const name of packages) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(projectRoot, "node_modules", name), path.join(modules, name));
  }
  cpSync(path.join(projectRoot, "test/fixtures/consumer"), project, { recursive: true });
}

/** What the compiler has to say on the consumers of these entries: nothing, if all is well. */
function typeCheck(
  project: string,
  checked: readonly { readonly name: string }[],
  resolution: "nodenext" | "bundler",
  options: { readonly skipLibCheck: boolean },
): string {
  const config = path.join(project, `tsconfig.${resolution}.json`);
  const compilerOptions = {
    ...options,
    target: "es2023",
    lib: ["es2023"],
    types: ["node"],
    module: resolution === "nodenext" ? "nodenext" : "preserve",
    moduleResolution: resolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
  };
  const sources = checked.map(({ name }) => `${name}.ts`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files: sources }));
  const { stdout, stderr } = spawnSync(process.execPath, [tscPath, "-p", config], {
    cwd: project,
    encoding: "utf8",
  });
  return stdout + stderr;
}

function runNode(project: string, args: readonly string[]): string {
  return execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" });
}

function declaredValues(target: string): string[] {
  const declarations = path.join(projectRoot, target.replace(/\.js$/, ".d.ts"));
  return readDeclarations(declarations)
    .filter(({ isValue }) => isValue)
    .map(({ name }) => name)
    .sort();
}
