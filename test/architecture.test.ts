import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { biomePath, projectRoot, tscPath } from "./support/project.ts";

/** A file that breaks a rule of the layers, and the words of those who refuse it. */
interface Violation {
  readonly file: string;
  readonly code: string;
  readonly linter: RegExp;
  readonly compiler?: RegExp;
}

const pureImports = /imports xstate and itself/;
const pureTime = /Date|performance|Intl/;
const pureChance = /Of Math only arithmetic/;
const pureGlobals = /setTimeout|globalThis|process|fetch/;
const outside = /Nothing in src\/ imports/;
const wire = /The MCP SDK and undici stay/;
const xstate = /xstate stays in/;
const models = /Models and hooks import/;
const errors = /src\/errors\.ts imports/;
const transports = /src\/transports\/ knows nothing/;
const server = /src\/server\/ is used without/;
const actors = /src\/actors\/ knows nothing/;
const yaml = /The YAML parser stays/;
const host = /src\/host\/ reads configurations/;
const files = /Nothing that runs a plugin imports src\/host\//;
const testing = /Nothing in src\/ imports src\/testing\//;
const inspector = /src\/inspector\/ sees what everybody sees/;
const trace = /src\/inspector\/trace\/ also runs in a browser/;
const watched = /Only src\/cli\/ imports src\/inspector\//;
const cli = /Nothing in src\/ imports src\/cli\//;
/** Not listed within the file list of its project */
const notInProject = /TS6307/;
/** Cannot find a name, or a module, or the types of Node */
const unknownName = /TS2304|TS2307|TS2580|TS2584|TS2591/;

const violations: readonly Violation[] = [
  inMachines("node", 'export { readFileSync } from "node:fs";', pureImports, unknownName),
  inMachines("node-type", 'export type { Stats } from "node:fs";', pureImports, unknownName),
  inMachines("src", 'export { target } from "../src/target.ts";', pureImports, notInProject),
  inMachines(
    "src-type",
    'export type { target } from "../src/errors.ts";',
    pureImports,
    notInProject,
  ),
  inMachines("inline-type", 'export type Used = import("undici").Client;', pureImports),
  inMachines("dynamic", 'export const used = (): unknown => import("zod");', pureImports),
  inMachines("undici", 'export { Client } from "undici";', pureImports),
  inMachines("sdk", `export type { Transport } from "${sdk("shared/transport.js")}";`, pureImports),
  inMachines("zod", 'export { z } from "zod";', pureImports),
  inMachines("date", "export const used = new Date();", pureTime),
  inMachines("date-now", "export const used = Date.now();", pureTime),
  inMachines("intl", "export const used = new Intl.DateTimeFormat().format();", pureTime),
  inMachines("performance", "export const used = performance.now();", pureTime, unknownName),
  inMachines("random", "export const used = Math.random();", pureChance),
  inMachines("random-key", 'export const used = Math["random"]();', pureChance),
  inMachines("random-taken", "const { random } = Math;\nexport const used = random;", pureChance),
  inMachines("random-alias", "export const used = Math;", pureChance),
  inMachines("timer", "setTimeout(() => {}, 1);", pureGlobals, unknownName),
  inMachines("global", "export const used = globalThis;", pureGlobals),
  inMachines("process", "export const used = process.pid;", pureGlobals, unknownName),
  inMachines("fetch", 'export const used = fetch("x");', pureGlobals, unknownName),

  inSource("outside-test.ts", importing("../test/target.ts"), outside, notInProject),
  inSource("outside-examples.ts", importing("../examples/target.ts"), outside, notInProject),
  inSource("host/outside.ts", importing("../../visualizations/target.ts"), outside, notInProject),

  inSource("wire-sdk.ts", 'export { Client } from "@modelcontextprotocol/sdk/client";', wire),
  inSource("cli/type.ts", `export type { Transport } from "${sdk("shared/transport.js")}";`, wire),
  inSource("actors/undici.ts", 'export { Client } from "undici";', wire),
  inSource("actors/inline.ts", 'export type Used = import("undici").Client;', wire),
  inSource("external-plugin.ts", 'export const used = import("undici");', wire),

  inSource("options.ts", 'export type { AnyActorRef } from "xstate";', xstate),
  inSource("transports/xstate.ts", 'export { createActor } from "xstate";', xstate),
  inSource("server/xstate.ts", 'export { createActor } from "xstate";', xstate),
  inSource("inspector/graph.ts", 'export { TestModel } from "xstate/graph";', xstate),
  inSource("models/xstate.ts", 'export type { AnyActorRef } from "xstate";', xstate),

  inSource("models/options.ts", importing("../target.ts"), models),
  inSource("models/deep/transport.ts", importing("../../transports/target.ts"), models),
  inSource("hooks/machine.ts", importing("../../machines/target.ts"), models),
  inSource("errors.ts", 'export { target } from "./target.ts";', errors),

  inSource("transports/up.ts", importing("../actors/target.ts"), transports),
  inSource("transports/http/up.ts", importing("../../xstate.ts"), transports),
  inSource("transports/stdio/up.ts", importing("../../../machines/target.ts"), transports),
  inSource("transports/server.ts", importing("../server/target.ts"), transports),
  inSource("transports/plugin.ts", importing("../external-plugin.ts"), transports),

  inSource("server/transport.ts", importing("../transports/target.ts"), server),
  inSource("server/http/actor.ts", importing("../../actors/target.ts"), server),
  inSource("server/machine.ts", importing("../../machines/target.ts"), server),
  inSource("server/plugin.ts", importing("../external-plugin.ts"), server),

  inSource("actors/plugin.ts", importing("../external-plugin.ts"), actors),
  inSource("actors/host.ts", importing("../host/target.ts"), actors),

  inSource("parser.ts", 'export { parse } from "yaml";', yaml),
  inSource("models/parser.ts", 'export type { Document } from "yaml";', yaml),
  inSource("host/xstate.ts", 'export { createActor } from "xstate";', xstate),
  inSource("host/actor.ts", importing("../actors/target.ts"), host),
  inSource("host/transport.ts", importing("../transports/target.ts"), host),
  inSource("host/machine.ts", importing("../../machines/target.ts"), host),
  inSource("host/server.ts", importing("../server/target.ts"), host),
  inSource("files.ts", importing("./host/target.ts"), files),
  inSource("models/files.ts", importing("../host/target.ts"), models),

  inSource("simulated.ts", importing("./testing/target.ts"), testing),
  inSource("actors/simulated.ts", importing("../testing/target.ts"), testing),

  inSource("inspector/actor.ts", importing("../actors/target.ts"), inspector),
  inSource("inspector/http/transport.ts", importing("../../transports/target.ts"), inspector),
  inSource("inspector/model.ts", importing("../models/target.ts"), inspector),
  inSource("inspector/trace/node.ts", 'export { readFileSync } from "node:fs";', trace),
  inSource("inspector/trace/up.ts", importing("../target.ts"), trace),
  inSource("inspector/trace/machine.ts", importing("../../../machines/target.ts"), trace),
  inSource("watched.ts", importing("./inspector/target.ts"), watched),
  inSource("host/watched.ts", importing("../inspector/target.ts"), watched),
  inSource("inspector/command.ts", importing("../cli/target.ts"), cli),
  inSource("command.ts", importing("./cli/target.ts"), cli),
];

/** What each layer may do. */
const allowed: Readonly<Record<string, string>> = {
  "machines/allowed.ts": [
    'export { createActor } from "xstate";',
    'export { target } from "./target.ts";',
    "export const used: number = Math.max(1, Math.round(1.5));",
  ].join("\n"),
  "src/models/allowed.ts": [
    'export { z } from "zod";',
    'export { isIP } from "node:net";',
    'export { target as error } from "../errors.ts";',
    'export { target } from "../hooks/target.ts";',
    'export { target as sibling } from "./target.ts";',
  ].join("\n"),
  "src/transports/allowed.ts": [
    `export type { Transport } from "${sdk("shared/transport.js")}";`,
    'export { Client } from "undici";',
    'export { target } from "../target.ts";',
    'export { target as hook } from "../hooks/target.ts";',
    'export { target as sibling } from "./target.ts";',
  ].join("\n"),
  "src/server/allowed.ts": [
    `export { Server } from "${sdk("server/index.js")}";`,
    'export { target } from "../models/target.ts";',
  ].join("\n"),
  "src/actors/allowed.ts": [
    'export { fromCallback } from "xstate";',
    'export { target } from "../../machines/target.ts";',
    'export { target as transport } from "../transports/target.ts";',
  ].join("\n"),
  "src/host/allowed.ts": [
    'export { parse } from "yaml";',
    'export { target } from "../target.ts";',
    'export { target as model } from "../models/target.ts";',
  ].join("\n"),
  "src/testing/allowed.ts": 'export { target } from "../server/target.ts";',
  "src/inspector/allowed.ts": [
    'export { target } from "../../machines/target.ts";',
    'export { target as shared } from "./trace/target.ts";',
    'export { target as version } from "../target.ts";',
  ].join("\n"),
  "src/inspector/trace/allowed.ts": 'export { target } from "./target.ts";',
  "src/cli/allowed.ts": [
    'export { target } from "../inspector/target.ts";',
    'export { target as server } from "../server/target.ts";',
    'export { target as host } from "../host/target.ts";',
  ].join("\n"),
  "src/xstate.ts": 'export { createActor as target } from "xstate";',
  "src/index.ts": 'export { target } from "./models/target.ts";',
};

/** Modules to be imported, so that nothing is refused for the want of its target. */
const targets = [
  "src/errors.ts",
  ...[
    "machines",
    "src",
    ...["models", "hooks", "transports", "server", "actors", "host", "testing"].map(
      (name) => `src/${name}`,
    ),
    ...["inspector", "inspector/trace", "cli"].map((name) => `src/${name}`),
    "test",
    "examples",
    "visualizations",
  ].map((directory) => `${directory}/target.ts`),
];

const configuration = [
  "biome.json",
  "lint",
  "package.json",
  ".gitignore",
  "tsconfig.json",
  "machines/tsconfig.json",
];

interface Finding {
  readonly file: string;
  readonly message: string;
}

const work = mkdtempSync(path.join(tmpdir(), "mcp-tether-layers-"));
const compilerCases = violations.filter(({ compiler }) => compiler !== undefined);
let lint: Finding[] = [];
let compile: Finding[] = [];

beforeAll(() => {
  lint = runLinter(makeProject("lint", violations));
  // Apart from the others: one of them that imports undici would bring the types of Node for all.
  compile = runCompiler(makeProject("compile", compilerCases));
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("the linter", () => {
  test.each(violations)("refuses $file", ({ file, linter }) => {
    expect(messagesOn(lint, file)).toEqual([expect.stringMatching(linter)]);
  });

  test.each(Object.keys(allowed))("accepts %s", (file) => {
    expect(messagesOn(lint, file)).toEqual([]);
  });
});

describe("the compiler", () => {
  test.each(compilerCases)("refuses $file", ({ file, compiler }) => {
    expect(messagesOn(compile, file)).toContainEqual(expect.stringMatching(compiler ?? ""));
  });

  test.each(Object.keys(allowed))("accepts %s", (file) => {
    expect(messagesOn(compile, file)).toEqual([]);
  });
});

function inMachines(name: string, code: string, linter: RegExp, compiler?: RegExp): Violation {
  return { file: `machines/${name}.ts`, code, linter, ...(compiler && { compiler }) };
}

function inSource(name: string, code: string, linter: RegExp, compiler?: RegExp): Violation {
  return { file: `src/${name}`, code, linter, ...(compiler && { compiler }) };
}

function importing(specifier: string): string {
  return `import { target } from "${specifier}";\nexport const used: number = target;`;
}

function sdk(module: string): string {
  return `@modelcontextprotocol/sdk/${module}`;
}

/** A project with our configuration, the planted files, and targets for their imports. */
function makeProject(name: string, planted: readonly Violation[]): string {
  const project = path.join(work, name);
  for (const config of configuration)
    cpSync(path.join(projectRoot, config), path.join(project, config), { recursive: true });
  symlinkSync(path.join(projectRoot, "node_modules"), path.join(project, "node_modules"));
  const files = [
    ...targets.map((file) => [file, "export const target: number = 1;"]),
    ...planted.map(({ file, code }) => [file, code]),
    ...Object.entries(allowed),
  ];
  for (const [file = "", code = ""] of files) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), `${code}\n`);
  }
  return project;
}

/** Only what our configuration calls an error counts. */
function runLinter(cwd: string): Finding[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [biomePath, "lint", "--reporter=json", "--max-diagnostics=none", "--diagnostic-level=error"],
    { cwd, encoding: "utf8" },
  );
  if (!stdout.startsWith("{")) throw new Error(stderr);
  const { diagnostics }: { diagnostics: BiomeDiagnostic[] } = JSON.parse(stdout);
  return diagnostics.map(({ message, location }) => ({ file: location.path, message }));
}

interface BiomeDiagnostic {
  readonly message: string;
  readonly location: { readonly path: string };
}

function runCompiler(cwd: string): Finding[] {
  const { stdout } = spawnSync(process.execPath, [tscPath, "-b", "--pretty", "false"], {
    cwd,
    encoding: "utf8",
  });
  return [...stdout.matchAll(/^([^(\n]+)\(\d+,\d+\): error (.*)$/gm)].map(
    ([, file = "", message = ""]) => ({ file, message }),
  );
}

function messagesOn(findings: readonly Finding[], file: string): string[] {
  return findings.filter((finding) => finding.file === file).map(({ message }) => message);
}
