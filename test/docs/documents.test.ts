import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { projectRoot } from "../support/project.ts";
import { edgesOf, leavesOf } from "./statechart.ts";

const read = (file: string): string => readFileSync(path.join(projectRoot, file), "utf8");
const readme = read("README.md");
const architecture = read("ARCHITECTURE.md");

/** The lines of a document from a heading to the next one. */
function section(document: string, heading: string): string {
  const start = document.indexOf(`${heading}\n`);
  expect(start, heading).toBeGreaterThanOrEqual(0);
  const rest = document.slice(start + heading.length);
  const end = rest.search(/^#{1,3} /m);
  return end < 0 ? rest : rest.slice(0, end);
}

/** What stands in backquotes in the first column of a table. */
function firstColumn(text: string): string[] {
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  const cells = rows.map((row) => row.split("|")[1] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(captured));
}

const captured = ([, text = ""]: RegExpMatchArray): string => text;

/** Members of the declaration that begins so, up to the next empty line. */
function declared(source: string, start: string, member: RegExp): string[] {
  const [declaration = ""] = source.slice(source.indexOf(start)).split("\n\n");
  return [...declaration.matchAll(member)].map(captured);
}

describe("the README", () => {
  test("explains every error code, and no other", () => {
    const codes = declared(read("src/errors.ts"), "export type PluginErrorCode", /"(\w+)"/g);
    expect(codes.length).toBeGreaterThan(20);
    expect(firstColumn(section(readme, "### Errors")).sort()).toEqual(codes.sort());
  });

  test("lists every option", () => {
    const member = /^ {2}readonly (\w+)\?:/gm;
    const options = declared(read("src/options.ts"), "export interface PluginOptions {", member);
    expect(options.length).toBeGreaterThan(20);
    const listed = firstColumn(section(readme, "### Options"));
    expect(listed.sort()).toEqual(options.sort());
  });
});

describe("ARCHITECTURE.md", () => {
  test("describes every state", () => {
    const described = firstColumn(section(architecture, "## The statechart"));
    expect([...described].sort()).toEqual(leavesOf(pluginConnectionMachine).sort());
  });

  test("says of every state what leads on from it, and nothing else", () => {
    const rows = section(architecture, "## The statechart").split("\n");
    for (const leaf of leavesOf(pluginConnectionMachine)) {
      const row = rows.find((line) => line.startsWith("|") && line.includes(`\`${leaf}\``)) ?? "";
      const written = [...(row.split("|")[3] ?? "").matchAll(/`([\w.]+)`/g)].map(captured);
      const leading = edgesOf(pluginConnectionMachine)
        .filter(({ from, to }) => from === leaf && to !== leaf)
        .map(({ event }) => event.replace(/^after /, ""));
      const named = written.filter((name) => name !== "lazy");
      expect([leaf, named.sort()]).toEqual([leaf, [...new Set(leading)].sort()]);
    }
  });

  test("has a row for every event of the table", () => {
    const rows = firstColumn(section(architecture, "### Which event does what in which state"));
    const events = edgesOf(pluginConnectionMachine)
      .map(({ event }) => event)
      .filter((event) => /^(?:plugin|hooks?|session)\./.test(event));
    // Those that open a session appear in the description of the states.
    const phases = ["session.opened", "session.initialized", "session.configured"];
    expect(rows.sort()).toEqual([...new Set(events)].filter((e) => !phases.includes(e)).sort());
  });

  test("names no file that does not exist", () => {
    const layout = section(architecture, "## Where what lives");
    const files = [...layout.matchAll(/([\w-]+(?:\.[\w-]+)*\.ts)\b/g)].map(captured);
    const all = new Set(sourceFiles());
    expect(files.filter((file) => ![...all].some((known) => known.endsWith(file)))).toEqual([]);
  });
});

function sourceFiles(): string[] {
  const list = (folder: string): string[] =>
    readdirDeep(path.join(projectRoot, folder)).filter((file) => file.endsWith(".ts"));
  return ["machines", "src", "test"].flatMap(list);
}

function readdirDeep(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" });
}
