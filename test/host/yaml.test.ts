import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { YamlTimestamp } from "../../src/host/yaml-scalars.ts";
import { golden, read } from "./support/documents.ts";

/** As the recorder writes what JSON has not. */
function plain(value: unknown): unknown {
  if (value instanceof YamlTimestamp) return { timestamp: true };
  if (typeof value === "number" && !Number.isFinite(value))
    return { float: Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf" };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

describe("as PyYAML's safe loader reads it", () => {
  test("every plain scalar", () => {
    const recorded = golden<[string, unknown][]>("scalars.json");
    expect(recorded.length).toBeGreaterThan(1_000);
    const readings = recorded.map(([text]) => {
      const { value, issues } = read(`a: ${text}`);
      return [text, issues.length > 0 ? issues : plain((value as { a: unknown }).a)];
    });
    expect(readings).toEqual(recorded);
  });

  test.each(golden<[string, unknown][]>("documents.json"))("the document %j", (text, value) => {
    expect(read(text)).toStrictEqual({ value: value, issues: [] });
  });

  test("a key that is written as what it merges, but is a text", () => {
    for (const key of ["!!str <<", "'<<'"])
      expect(read(`a: {${key}: {b: 1}}`).value).toStrictEqual({ a: { "<<": { b: 1 } } });
  });

  test("keys that are no texts, where a plugin's own settings are", () => {
    const { value } = read("plugins: [{config: {a: {404: x, on: 1, ~: 2, 0x10: 3}}}]");
    expect(value).toStrictEqual({
      plugins: [{ config: { a: { 404: "x", true: 1, null: 2, 16: 3 } } }],
    });
  });

  test("text for which YAML 1.2 has numbers and truth values, and the other way round", () => {
    const { value } = read("a: off\nb: y\nc: 1e3\nd: 010\ne: 1:30\nf: 2024-01-01");
    expect(value).toMatchObject({ a: false, b: "y", c: "1e3", d: 8, e: 90 });
    expect(JSON.stringify(value)).toContain('"f":"2024-01-01"');
  });
});

describe("what is refused, with its place", () => {
  test.each<[string, string, string]>([
    [
      "a syntax error",
      "a:\n  b: [1,\nc: 2",
      "2:6 : YAML: the bracket that opens here is not closed",
    ],
    ["a tab for indentation", "a:\n\t- b", "2:1 : YAML: Tabs are not allowed as indentation"],
    [
      "two documents",
      "a: 1\n---\nb: 2",
      "2:1 : YAML: a second document begins here: there may be only one",
    ],
    ["a bracket that another one closes", "a: {b: [x}", "1:8 : YAML: the bracket that opens here"],
    ["a tab between brackets", "a: [\n\tb]", "2:2 : YAML: Flow sequence"],
    [
      "a control character",
      "a: x\0y",
      "1:5 : YAML: the character U+0000 must be written as an escape",
    ],
    ["a key twice", "a:\n  x: 1\n  y: 2\n  x: 3", "4:3 a.x: is given twice: remove one"],
    [
      "a number for a key",
      "a:\n  1: x",
      "2:3 a: has the key 1, which is no text: put it in quotes",
    ],
    [
      "a fraction for one",
      "plugins: [{config: {a: {1.5: x}}}]",
      "1:25 plugins.0.config.a: has the key 1.5",
    ],
    ["two merges", "a: {<<: {b: 1}, <<: {b: 2}}", "1:17 a.<<: is given twice: write one list"],
    [
      "a truth value for a key",
      "on: x",
      "1:1 : has the key on, which is no text: put it in quotes",
    ],
    ["a list for a key", "? [a]\n: b", "1:3 : has a key that is no text: put it in quotes"],
    ["an anchor that is not there", "a:\n - *x", "2:4 a.0: there is no anchor &x before it"],
    ["a cycle", "a: &a [1, *a]", "1:11 a.1: refers back to what contains it"],
    ["a cycle by merging", "a: &a\n  <<: *a", "2:3 a: refers back to what contains it"],
    ["a merge of no map", "a:\n  <<: 1", "2:3 a.<<: must be a map, or a list of maps"],
    ["a tag of Python's", "a: !!python/name:os.system x", "a: the tag !!python/name:os.system is"],
    ["a tag of one's own", "a: !env X", "1:1 a: the tag !env is not supported: leave it out"],
    ["a tagged map", "a: !!set {x}", "a: the tag !!set is not supported: leave it out"],
    ["a tag that lies", "a: !!int x", "1:1 a: is not what its tag !!int says it is"],
    ["an integer that would change", "a: [9007199254740993]", "1:5 a.0: is an integer beyond 2^53"],
    ["an integer without digits", "a: 0b_", "1:1 a: is an integer without digits"],
  ])("%s", (_, text, expected) => {
    expect(read(text).issues).toEqual([expect.stringContaining(expected)]);
  });

  test("an error of syntax does not show the marks that stand for templates", () => {
    const { issues } = read('a: "{{ env.A }}\nb: {{ env.B }}: c', { A: "s3cret", B: "s3cret" });
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.join()).not.toMatch(/[\ue000-\uf8ff]|s3cret/);
  });

  test("aliases of aliases that stand for more than there is memory for", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level++)
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    const { issues } = read(lines.join("\n"));
    expect(issues).toEqual([expect.stringContaining("there are more than 50000 values")]);
  });

  test.each([250, 20_000])("%i levels of lists", (levels) => {
    const { issues } = read(`a: ${"[".repeat(levels)}${"]".repeat(levels)}`);
    expect(issues).toEqual([expect.stringMatching(/nests (?:more than 200 levels|too deeply)/)]);
  });
});

test("a key may be named as what objects have already", () => {
  const { value } = read("__proto__: {polluted: 1}\nconstructor: 2");
  expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":1},"constructor":2}');
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

describe("JSON", () => {
  test("is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom(undefined, 2, "\t"),
        (json, indent) => {
          const text = JSON.stringify(json, null, indent);
          // A template would be filled in, and a large integer refused.
          fc.pre(!/\{[{%#]|\d{16}/.test(text));
          const { value, issues } = read(text, {}, "json");
          expect(issues).toStrictEqual([]);
          expect(value).toStrictEqual(JSON.parse(text));
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ['{"a": 1,\n "b": 2,}', "2:9 : this is no JSON"],
    ['{"a": 1\n "b": 2}', "2:2 : this is no JSON"],
    ["{'a': 1}", "1:2 : this is no JSON"],
    ["{a: 1}", "1:2 : this is no JSON"],
    ['{"a": tru}', "1:7 : this is no JSON"],
    ['{"a": 01}', "1:7 : this is no JSON"],
    ['{"a": +1}', "1:7 : this is no JSON"],
    ['{"a": 1} x', "1:10 : this is no JSON"],
    ['{"a": [1, 2}', "1:12 : this is no JSON"],
    ['{"a": "x\ty"}', "1:7 : this is no JSON"],
    ['{"a": 1 // why\n}', "1:9 : this is no JSON"],
    ['{"a": [1,\n', "2:1 : the JSON ends too early"],
    ["", "1:1 : the JSON ends too early"],
    ['{"a": 1, "a": 2}', "1:10 a: is given twice: remove one"],
    ['{"a": 9007199254740993}', "1:2 a: is an integer beyond 2^53"],
  ])("%j is refused where it goes wrong", (text, expected) => {
    expect(read(text, {}, "json").issues).toEqual([expect.stringContaining(expected)]);
  });

  test("goes wrong somewhere, whatever is done to it", () => {
    const documents = fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.stringify(json));
    fc.assert(
      fc.property(
        documents,
        fc.nat(),
        fc.constantFrom(",", "}", "]", '"', "x", ""),
        (json, at, mark) => {
          const cut = at % (json.length + 1);
          const text = json.slice(0, cut) + mark + json.slice(cut + 1);
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          fc.pre(!isJson && !/\{[{%#]/.test(text));
          expect(read(text, {}, "json").issues).toEqual([
            expect.stringMatching(/^\d+:\d+ : (?:this is no JSON|the JSON ends too early)$/),
          ]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("may have templates in its texts, which stay texts", () => {
    const { value } = read('{"port": "{{ env.PORT }}"}', { PORT: "80" }, "json");
    expect(value).toStrictEqual({ port: "80" });
  });

  test("is not read as YAML: yes is no truth value, and << nothing to merge", () => {
    const text = '{"a": "yes", "<<": {"b": 1}, "c": 1e3}';
    expect(read(text, {}, "json").value).toStrictEqual({ a: "yes", "<<": { b: 1 }, c: 1000 });
  });
});
