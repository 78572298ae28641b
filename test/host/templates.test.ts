import { describe, expect, test } from "vitest";
import { golden, read } from "./support/documents.ts";

const recorded = golden<{ env: Record<string, string>; rendered: [string, string][] }>(
  "templates.json",
);

describe("as Jinja renders them", () => {
  test.each(recorded.rendered)("%j", (template, rendered) => {
    // In a block, so that neither quotes nor blanks mean anything to YAML.
    const { value, issues } = read(`a: |-\n  ${template}`, recorded.env);
    expect(issues).toStrictEqual([]);
    expect(value).toStrictEqual({ a: rendered });
  });

  test("without quotes around them they are what YAML makes of their value, with quotes a text", () => {
    const env = { PORT: "8000", FLAG: "yes", EMPTY: "", PAD: " 7 ", NAME: "guard" };
    const text = [
      "plain: {{ env.PORT }}",
      "quoted: '{{ env.PORT }}'",
      'default: "{{ env.NO | default("4") }}"',
      "flag: {{ env.FLAG }}",
      "empty: {{ env.EMPTY }}",
      "padded: {{ env.PAD }}",
      "within: v{{ env.PORT }}",
      "{{ env.NAME }}: key",
      "flow: [{{ env.PORT }}, {a: {{ env.FLAG }}}]",
    ].join("\n");
    expect(read(text, env)).toStrictEqual({
      value: {
        plain: 8000,
        quoted: "8000",
        default: "4",
        flag: true,
        empty: null,
        padded: 7,
        within: "v8000",
        guard: "key",
        flow: [8000, { a: true }],
      },
      issues: [],
    });
  });
});

describe("where they differ from Jinja, on purpose", () => {
  test("a value is a value, never structure", () => {
    const env = {
      X: "a: b\nplugins: []\n\"quoted\" 'too' # no comment {{ env.X }} &<b> *c",
      Y: "[1, 2]",
    };
    expect(read('plain: {{ env.X }}\nquoted: "{{ env.X }}"\nlist: {{ env.Y }}', env)).toStrictEqual(
      {
        value: { plain: env.X, quoted: env.X, list: "[1, 2]" },
        issues: [],
      },
    );
  });

  test("characters of HTML stay what they are", () => {
    expect(read("a: '{{ env.X }}'", { X: "a&b<c>\"'" }).value).toStrictEqual({ a: "a&b<c>\"'" });
  });

  test.each([
    ["{{ env.NO }}", "NO"],
    ["{{ env['NO'] }}", "NO"],
    ["{{ env.get('NO') }}", "NO"],
    ["{{ env.NO | default(env.NEVER) }}", "NEVER"],
    // What every object has is no variable.
    ["{{ env.toString }}", "toString"],
  ])("%j is not set, and not empty for that", (template, name) => {
    expect(read(`a: 1\nb:\n  c: "{{ env.A }}${template}"`, { A: "s3cret" })).toStrictEqual({
      value: { a: 1, b: { c: `s3cret${template}` } },
      issues: [
        `3:3 b.c: the environment variable ${name} is not set: set it, or write {{ env.${name} | default('…') }}`,
      ],
    });
  });

  test.each<[string, string]>([
    ["{{ user }}", "the variable user (only env is known)"],
    ["{{ env }}", "the whole of env"],
    ["{{ env.A | upper }}", "the filter upper"],
    ["{{ env.A | }}", "a filter without a name"],
    ["{{ env.A | default('x') | int }}", "the filter int"],
    ["{{ env.A or 'x' }}", "the operator or"],
    ["{{ 'x' if env.A else 'y' }}", "the operator if"],
    ["{{ not env.A }}", "the operator not"],
    ["{{ env.A ~ env.B }}", "the operator ~"],
    ["{{ env.A + 'x' }}", "the operator +"],
    ["{{ env.A == 'x' }}", "= where it does not belong"],
    ["{{ env.items() }}", "the call env.items()"],
    ["{{ env.get(name) }}", "name where it does not belong"],
    ["{{ env.A.b }}", ". where it does not belong"],
    ["{{ env.A | default(1, 2) }}", "2 where it does not belong"],
    ["{{ env.A | default('x' }}", "an expression without its end"],
    ["{{ env. }}", "an expression without its end"],
    ["{{       }}", "an expression without its end"],
    ["{{ 'a' 'b' }}", "a text where none belongs"],
    ["{{ 'a\\n' }}", "the escape \\n"],
    ["{{ range(10) }}", "the variable range (only env is known)"],
  ])("%j is refused by name", (template, what) => {
    const { issues } = read(`a: 1\nb: |-\n  x ${template}`, { A: "1" });
    expect(issues).toStrictEqual([
      `2:1 b: the template uses ${what}, which is not supported here: write {{ env.NAME }}, or {{ env.NAME | default('…') }}`,
    ]);
  });

  test.each<[string, string]>([
    ["{% if env.A %}x{% endif %}", "the template statement {% if %} is not supported"],
    ["# {%- for x in y %}", "the template statement {% for %} is not supported"],
    ["{%", "template statements {% … %} are not supported"],
    ["{# secret #}", "template comments {# … #} are not supported"],
    ["{{- env.A }}", "whitespace control in templates ({{-) is not supported"],
    ["{{ env.A", "the template that begins here is none"],
    ["{{ env.A\n}}", "the template that begins here is none"],
    ["{{}}", "the template that begins here is none"],
    ["{{ {'a': 1} }}", "the template that begins here is none"],
  ])(
    "%j is refused at its place, with the field that it is in, or nothing is read",
    (template, message) => {
      const { value, issues } = read(`a: 1\nb: |\n  ${template}\n`, { A: "1" });
      expect(issues[0]).toContain(`: ${message}`);
      expect(issues[0]).toMatch(value === undefined ? /^3:[35] : / : /^3:[35] b: /);
      if (!template.includes("\n")) expect(read(`a: 1 # ${template}`).value).toBeUndefined();
    },
  );

  test("a statement in one field hides nothing that is wrong with others", () => {
    expect(read("a: '{% if x %}'\nb: *x\nc: {{ env.NO }}").issues).toStrictEqual([
      expect.stringMatching(/^1:5 a: the template statement \{% if %\} is not supported/),
      "2:1 b: there is no anchor &x before it",
      expect.stringMatching(/^3:1 c: the environment variable NO is not set/),
    ]);
  });

  test("in a comment nothing is filled in, and nothing is missed", () => {
    expect(read("a: 1 # {{ env.NO }} {{ anything }}\n# {{ env.NO }}")).toStrictEqual({
      value: { a: 1 },
      issues: [],
    });
  });

  test("a text may use the characters that stand for templates elsewhere", () => {
    const used = String.fromCharCode(0xe000, 0xe001, 0xe002);
    expect(read(`a: "${used}0{{ env.A }}${used}"`, { A: "x" }).value).toStrictEqual({
      a: `${used}0x${used}`,
    });
    const escaped = '"\\uE0000\\ue001 {{ env.A }}"';
    for (const format of ["yaml", "json"] as const)
      expect(read(`{"a": ${escaped}}`, { A: "x" }, format).value).toStrictEqual({
        a: "\ue0000\ue001 x",
      });
    const all = Array.from({ length: 0x1900 }, (_, at) => String.fromCharCode(0xe000 + at)).join(
      "",
    );
    expect(read(`a: "${all}"`).issues).toEqual([expect.stringContaining("every character")]);
  });

  test("no position behind one moves", () => {
    const { issues } = read('{a: "{{ env.A }}", b: *x}', {
      A: "a much longer value than its name",
    });
    expect(issues).toStrictEqual(["1:20 b: there is no anchor &x before it"]);
  });
});
