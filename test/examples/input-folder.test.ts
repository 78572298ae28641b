import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readInputFolder } from "../../examples/demo/input-folder.ts";
import { readOptions } from "../../examples/demo/options.ts";
import { UsageError } from "../../examples/demo/usage-error.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "input-folder-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | Uint8Array): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** The message of the refusal, with the folder named FOLDER. */
async function refusal(): Promise<string> {
  const error: unknown = await readInputFolder(folder).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error instanceof Error ? error.message.replaceAll(folder, "FOLDER") : "";
}

describe("an input folder", () => {
  test("is read with the folders in it, in the order of the names", async () => {
    write("b/z.txt", "z");
    write("b/a/y.md", "y");
    write("a.CSV", "");
    write(".git/config", "hidden");
    write("b/.DS_Store", Uint8Array.of(0xff));
    write("c.jsonl", '\ufeff{"name":"x","args":{"a":1},"result":[2]}\r\n\r\n  {"name":"y"}\n');
    expect(await readInputFolder(folder)).toEqual({
      documents: [
        { name: "a.CSV", text: "" },
        { name: "b/a/y.md", text: "y" },
        { name: "b/z.txt", text: "z" },
      ],
      toolCalls: [
        { place: "c.jsonl:1", name: "x", args: { a: 1 }, result: [2] },
        { place: "c.jsonl:3", name: "y", args: {}, result: null },
      ],
      bytes: 64,
    });
  });

  test.each<[string, string, string | Uint8Array, string]>([
    [
      "a line that is not JSON",
      "a/b.jsonl",
      '{"name":"x"}\n{"a@example.org"}\n',
      "a/b.jsonl:2: is not JSON",
    ],
    ["a line that is no object", "b.jsonl", "\n[1]\n", "b.jsonl:2: must be an object"],
    [
      "a call without a name",
      "b.jsonl",
      '{"args":{}}',
      'b.jsonl:1: "name" must be the name of a tool',
    ],
    ["a blank name", "b.jsonl", '{"name":" "}', 'b.jsonl:1: "name" must be the name of a tool'],
    [
      "arguments of a wrong kind",
      "b.jsonl",
      '{"name":"x","args":[]}',
      'b.jsonl:1: "args" must be an object',
    ],
    [
      "an unknown member",
      "b.jsonl",
      '{"name":"x","arg":{}}',
      "b.jsonl:1: has a member besides name, args, result",
    ],
    [
      "bytes that are no text",
      "photo.jpg",
      Uint8Array.of(0xff, 0xd8),
      "FOLDER/photo.jpg is not UTF-8 text; convert it, or take it out of the folder",
    ],
    [
      "a file that is too large",
      "large.txt",
      new Uint8Array(4 * 1024 * 1024 + 1),
      "FOLDER/large.txt is larger than 4194304 bytes; divide it",
    ],
  ])("with %s is refused, and the place is named", async (_what, name, content, message) => {
    write("good.txt", "good");
    write(name, content);
    expect(await refusal()).toBe(message);
  });

  test("is refused if a file in it cannot be read, or is none", async () => {
    symlinkSync("gone", path.join(folder, "link"));
    expect(await refusal()).toBe("FOLDER/link cannot be read: there is no such file or folder");
    rmSync(path.join(folder, "link"));
    symlinkSync("..", path.join(folder, "link"));
    expect(await refusal()).toBe("FOLDER/link is not a plain file");
  });

  test("is refused if it is empty, none, or not there", async () => {
    expect(await refusal()).toBe("FOLDER has neither documents nor tool calls in it");
    await expect(readInputFolder(path.join(folder, "x"))).rejects.toThrow("there is no such file");
    write("file", "");
    await expect(readInputFolder(path.join(folder, "file"))).rejects.toThrow("it is not a folder");
  });
});

describe("the options", () => {
  test("have defaults", () => {
    const { input, ...others } = readOptions([]);
    expect(path.isAbsolute(input)).toBe(true);
    expect(others).toEqual({
      seed: 1,
      json: false,
      ledger: undefined,
      inspect: false,
      open: false,
      help: false,
    });
  });

  test("are taken", () => {
    const args = ["--input=x", "--seed", "12", "--json", "--ledger", "l", "--inspect"];
    expect(readOptions(args)).toEqual({
      input: "x",
      seed: 12,
      json: true,
      ledger: "l",
      inspect: true,
      open: false,
      help: false,
    });
  });

  test.each([
    [["--seed", "soon"], "--seed must be a whole number"],
    [["--seed=-1"], "--seed must be a whole number"],
    [["--seed=1e3"], "--seed must be a whole number"],
    [["--input", ""], "--input must name a folder"],
    [["--ledger="], "--ledger must name a file"],
    [["folder"], "Unexpected argument 'folder'; see npm start -- --help"],
    [["--json=yes"], "Option '--json' does not take an argument; see npm start -- --help"],
  ])("%j are refused", (args, message) => {
    expect(() => readOptions(args)).toThrow(new UsageError(message));
  });
});
