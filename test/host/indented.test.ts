import { expect, test } from "vitest";
import { Indented } from "../../src/host/indented.ts";
import { read } from "./support/documents.ts";

test.each<[string, unknown]>([
  ["a: [{\n  b: 1\n}]\nc: 2", { a: [{ b: 1 }], c: 2 }],
  ["a:\n  b: [{\n  c: 1\n  }, {\n  c: 2\n  }]\n", { a: { b: [{ c: 1 }, { c: 2 }] } }],
  ['a:\n- b: {\n"c": [\n1,\n2\n]\n}\n- d', { a: [{ b: { c: [1, 2] } }, "d"] }],
  ["a: [\n# a comment\n1\n]\nb: 2", { a: [1], b: 2 }],
  ["a: 'b\nc'\nd: e", { a: "b c", d: "e" }],
  ['a: "b\n\tc\n\nd\\\ne"\nf: g', { a: "b c\nde", f: "g" }],
  ["a: [b, 'c\nd', {e:\nf}]\ng: h", { a: ["b", "c d", { e: "f" }], g: "h" }],
  ["a: {b: 1}#c\nd: 'e'#f\ng: [h]#i", { a: { b: 1 }, d: "e", g: ["h"] }],
  ["a: 1\rb: [2,\r3]\r\nc: 4", { a: 1, b: [2, 3], c: 4 }],
])("PyYAML asks for no indentation in %j", (text, value) => {
  expect(read(text)).toStrictEqual({ value, issues: [] });
});

test("places are those of the text as it was written", () => {
  const { issues } = read("a: [{\nb: 1\n}, *x]\nc: [\n*y]\nd: *z");
  expect(issues).toStrictEqual([
    "3:4 a.1: there is no anchor &x before it",
    "5:1 c.0: there is no anchor &y before it",
    "6:1 d: there is no anchor &z before it",
  ]);
});

test.each([
  "a: 1\nb:\n  - c\n",
  "a: [1,\n    2]\n",
  "{\n'a': [\n]}",
  "",
  "a: |\n  [\nb: 'c'",
  "a: [1\n---\nb",
  "a: [1,\n\n    2\n    ]",
])("nothing is moved in %j", (text) => {
  expect(new Indented(text).text).toBe(text);
});

test("a text of a megabyte takes no longer for being written at the margin", () => {
  const entry = { name: "A", kind: "external", mcp: { proto: "STDIO", cmd: ["a", "b"] } };
  const json = JSON.stringify(
    Array.from({ length: 6_000 }, () => entry),
    null,
    1,
  );
  const { text } = new Indented(`plugins: ${json.replaceAll(/^ +/gm, "")}`);
  expect(text.split("\n").filter((line) => /^\S/.test(line))).toHaveLength(1);
});
