import { describe, expect, test } from "vitest";
import { pythonRepr, pythonType } from "../../src/server/python-text.ts";
import { validationText } from "../../src/server/validation-text.ts";

// Written down from a Python interpreter.
test.each([
  [null, "None"],
  [true, "True"],
  [false, "False"],
  [5, "5"],
  [-1.5, "-1.5"],
  [1e21, "1e+21"],
  ["", "''"],
  ["plain", "'plain'"],
  ["it's", `"it's"`],
  [`say "hi"`, `'say "hi"'`],
  [`it's "q"`, `'it\\'s "q"'`],
  ["back\\slash", "'back\\\\slash'"],
  ["\n\r\t\0\x1b\x7f", "'\\n\\r\\t\\x00\\x1b\\x7f'"],
  ["é 漢 😀", "'é 漢 😀'"],
  ["\u00a0\u00ad\u2028\ufeff\u{e0001}", "'\\xa0\\xad\\u2028\\ufeff\\U000e0001'"],
  [[], "[]"],
  [[1, ["a", null]], "[1, ['a', None]]"],
  [{}, "{}"],
  [{ a: 1, "b'c": { d: [] } }, `{'a': 1, "b'c": {'d': []}}`],
])("%j is written %s", (value, text) => {
  expect(pythonRepr(value)).toBe(text);
});

test.each([
  [null, "NoneType"],
  [true, "bool"],
  [1, "int"],
  [1.5, "float"],
  ["", "str"],
  [[], "list"],
  [{}, "dict"],
])("%j is a %s", (value, type) => {
  expect(pythonType(value)).toBe(type);
});

describe("what is wrong with an input", () => {
  const missing = (name: string) => ({
    code: "invalid_type",
    path: [name],
    message: "",
    expected: "string",
  });

  test("is counted, placed and shown, cut in the middle", () => {
    const input = { name: 5, list: ["x".repeat(60)] };
    const issues = [
      missing("name"),
      missing("gone"),
      { ...missing("list"), path: ["list", 0], expected: "record" },
      { code: "too_big", path: ["list"], message: "too long" },
    ];
    expect(validationText("Model", input, issues)).toBe(
      [
        "4 validation errors for Model",
        "name",
        "  Input should be a valid string [type=string_type, input_value=5, input_type=int]",
        "gone",
        `  Field required [type=missing, input_value={'name': 5, 'list': ['xxx...${"x".repeat(21)}']}, input_type=dict]`,
        "list.0",
        `  Input should be a valid dictionary [type=dict_type, input_value='${"x".repeat(24)}...${"x".repeat(23)}', input_type=str]`,
        "list",
        `  Value error, too long [type=value_error, input_value=['${"x".repeat(23)}...${"x".repeat(22)}'], input_type=list]`,
      ].join("\n"),
    );
  });

  const wrong = (path: string[], expected: string) => ({ ...missing(""), path, expected });

  test("names models, fractions, moments, and every form of a union", () => {
    const input = { global_context: 1, client_port: 1.5, since: true, until: "x", user: 5 };
    const union = {
      code: "invalid_union",
      path: ["user"],
      message: "Invalid input",
      errors: [[wrong([], "string")], [wrong([], "record")]],
    };
    const issues = [
      wrong(["global_context"], "object"),
      wrong(["client_port"], "int"),
      wrong(["since"], "date"),
      wrong(["until"], "date"),
      union,
    ];
    expect(validationText("Model", input, issues)).toBe(
      [
        "6 validation errors for Model",
        "global_context",
        "  Input should be a valid dictionary or instance of GlobalContext [type=model_type, input_value=1, input_type=int]",
        "client_port",
        "  Input should be a valid integer, got a number with a fractional part [type=int_from_float, input_value=1.5, input_type=float]",
        "since",
        "  Input should be a valid datetime [type=datetime_type, input_value=True, input_type=bool]",
        "until",
        "  Input should be a valid datetime or date [type=datetime_from_date_parsing, input_value='x', input_type=str]",
        "user.str",
        "  Input should be a valid string [type=string_type, input_value=5, input_type=int]",
        "user.dict[str,any]",
        "  Input should be a valid dictionary [type=dict_type, input_value=5, input_type=int]",
      ].join("\n"),
    );
  });

  test("is cut between characters, counted in bytes", () => {
    const text = validationText("M", { a: ["😀".repeat(60)] }, [wrong(["a"], "string")]);
    expect(text).toContain(
      `input_value=['${"😀".repeat(5)}...${"😀".repeat(5)}'], input_type=list`,
    );
  });

  test("is shown once where one large object lacks many members", () => {
    const readsFor = (count: number): number => {
      let reads = 0;
      const input = {
        get text() {
          reads += 1;
          return "x";
        },
      };
      const issues = Array.from({ length: count }, (_, index) => missing(`field${index}`));
      validationText("Model", input, issues);
      return reads;
    };
    expect(readsFor(1)).toBeGreaterThan(0);
    expect(readsFor(20)).toBe(readsFor(1));
  });

  test("is not told without end", () => {
    const issues = Array.from({ length: 1_000 }, (_, index) => missing(`field${index}`));
    const lines = validationText("Model", {}, issues).split("\n");
    expect(lines[0]).toBe("1000 validation errors for Model");
    expect(lines).toHaveLength(1 + 2 * 20);
  });
});
