import { expect, test } from "vitest";
import { maskText } from "../../../examples/plugins/pii/mask-text.ts";
import { maskValue } from "../../../examples/plugins/pii/mask-value.ts";
import { defaultRules } from "../../../examples/plugins/policy/default-rules.ts";
import { evaluateCall } from "../../../examples/plugins/policy/evaluate.ts";

// With time that grows with the square of the length, each of these would take minutes, and the suite would give up on it.

const repeated = (part: string, length: number): string =>
  part.repeat(Math.ceil(length / part.length));

test.each([
  ["one letter", "a"],
  ["one digit", "4"],
  ["spaced digits", "4 "],
  ["cards that are none", "4111 1111 1111 1112 "],
  ["cards", "4111 1111 1111 1111,"],
  ["beginnings of account numbers", "DE89 "],
  ["addresses without end", "a@"],
  ["chained addresses", "a@a.aa"],
  ["dots", "."],
  ["labels", "a."],
  ["a sign after many letters", `${"a".repeat(70)}@`],
  ["hyphens", "-"],
  ["combining marks", "e\u0301\u0301\u0301"],
  ["halves of pairs", "\ud83d"],
  ["wide digits", "４１１１　"],
  ["zero-width joiners", "\u200d4\u200d1"],
])("a long text is masked in linear time: %s", (_what, part) => {
  const text = repeated(part, 1_000_000);
  expect(maskText(text).text).toHaveLength(text.length);
});

test("a value of a hundred thousand levels is masked", () => {
  let value: unknown = "anna@example.org";
  for (let level = 0; level < 100_000; level += 1) value = level % 2 ? [value] : { value };
  expect(maskValue(value).counts).toEqual({ email: 1 });
});

test("two hundred thousand values side by side are masked, also under keys that become the same", () => {
  const list = Array.from({ length: 200_000 }, (_, index) => index);
  const people = Object.fromEntries(
    list.slice(0, 30_000).map((index) => [`a${String(index).padStart(6, "0")}@example.org`, 1]),
  );
  expect(maskValue({ list, people }).counts).toEqual({ email: 30_000 });
});

test.each([
  ["brackets", "sql_query", { query: repeated("(", 300_000) }],
  ["closing brackets", "sql_query", { query: repeated(")", 300_000) }],
  ["quotes", "sql_query", { query: repeated("'", 300_001) }],
  ["quotes and backslashes", "sql_query", { query: repeated("'\\", 300_001) }],
  ["comments", "sql_query", { query: repeated("/*", 300_000) }],
  ["statements", "sql_query", { query: repeated("update;", 300_000) }],
  ["wrappers", "shell_run", { command: repeated("sudo env ", 65_000) }],
  ["wrappers as words", "shell_run", { command: Array.from({ length: 9_000 }, () => "xargs") }],
  ["shells in shells", "shell_run", { command: repeated("sh -c '", 65_000) }],
  ["substitutions", "shell_run", { command: repeated('"$(', 65_000) }],
  ["back quotes", "shell_run", { command: repeated("x`", 65_000) }],
  ["commands", "shell_run", { command: repeated("rm;", 65_000) }],
  ["an open quote", "shell_run", { command: `"${repeated("\\x", 65_000)}` }],
  ["steps up and down", "file_read", { path: repeated("a/../", 1_000_000) }],
  ["encodings", "file_read", { path: repeated("%2525", 1_000_000) }],
  ["labels", "http_get", { url: `http://${repeated("a.", 1_000_000)}` }],
  ["spaces", "http_get", { url: repeated(" ", 1_000_000) }],
  ["recipients", "mail_send", { to: repeated("a@example.org,", 1_000_000) }],
  ["signs", "mail_send", { to: repeated("@", 1_000_000) }],
])("a long argument is judged in linear time: %s", (_what, name, args) => {
  expect(() => evaluateCall({ name, args }, defaultRules)).not.toThrow();
});

test("what is deep, or one of very many, is judged as well", () => {
  let deep: unknown = { path: "/etc/passwd" };
  for (let level = 0; level < 5_000; level += 1) deep = [deep];
  const wide = Array.from({ length: 300_000 }, () => ({}));
  for (const args of [{ deep }, { list: [...wide, { path: "/etc/passwd" }] }])
    expect(evaluateCall({ name: "file_read", args }, defaultRules)).toMatchObject({
      code: "FILE_OUTSIDE_WORKSPACE",
    });
});
