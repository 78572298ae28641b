import { pythonRepr, pythonType } from "./python-text.ts";

/** The part of a zod issue that a text is made of. */
export interface ValidationIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string | undefined;
  /** What each form of a union found wrong */
  readonly errors?: readonly (readonly ValidationIssue[])[] | undefined;
}

/** One thing that is wrong: the names that lead to it, and then what the reference's validator calls a form of a union. */
interface Problem {
  readonly issue: ValidationIssue;
  readonly path: readonly PropertyKey[];
  readonly form?: string;
}

type Words = readonly [type: string, text: string];

const maxShown = 20;

const wrongType: Readonly<Record<string, Words>> = {
  string: ["string_type", "Input should be a valid string"],
  boolean: ["bool_type", "Input should be a valid boolean"],
  number: ["int_type", "Input should be a valid integer"],
  int: ["int_type", "Input should be a valid integer"],
  array: ["list_type", "Input should be a valid list"],
  record: ["dict_type", "Input should be a valid dictionary"],
  date: ["datetime_type", "Input should be a valid datetime"],
};

const forms: Readonly<Record<string, string>> = { string: "str", record: "dict[str,any]" };

/**
 * What is wrong with an input, in the reference's words: a line with the count, then for each problem its path and one
 * indented line. The reference's link to the documentation of its validator is left out.
 */
export function validationText(
  model: string,
  input: unknown,
  issues: readonly ValidationIssue[],
): string {
  const problems = issues.flatMap(problemsOf);
  const shownAs = new Map<unknown, string>();
  // The same object may be shown for each of its members that are missing, and be a large one.
  const show = (value: unknown): string => {
    const shown = shownAs.get(value) ?? shorten(pythonRepr(value));
    shownAs.set(value, shown);
    return shown;
  };
  const lines = problems.slice(0, maxShown).map((problem) => describe(input, problem, show));
  const count =
    problems.length === 1 ? "1 validation error" : `${problems.length} validation errors`;
  return [`${count} for ${model}`, ...lines].join("\n");
}

// A value that fits none of several forms is wrong once for each of them.
function problemsOf(issue: ValidationIssue): readonly Problem[] {
  const { errors = [], path } = issue;
  if (errors.length === 0) return [{ issue, path }];
  return errors.flat().map((inner) => ({
    issue: inner,
    path: [...path, ...inner.path],
    form: forms[inner.expected ?? ""] ?? "",
  }));
}

function describe(
  input: unknown,
  { issue, path, form }: Problem,
  show: (value: unknown) => string,
): string {
  const { value, parent, missing } = lookUp(input, path);
  const where = [...path, ...(form === undefined ? [] : [form])].map(String).join(".");
  const [type, text] = missing ? ["missing", "Field required"] : wordsFor(issue, path, value);
  const shown = missing ? parent : value;
  return `${where}\n  ${text} [type=${type}, input_value=${show(shown)}, input_type=${pythonType(shown)}]`;
}

function wordsFor(issue: ValidationIssue, path: readonly PropertyKey[], value: unknown): Words {
  const { code, expected = "", message } = issue;
  if (code !== "invalid_type") return ["value_error", `Value error, ${message}`];
  if (expected === "object") {
    const text = `Input should be a valid dictionary or instance of ${modelName(path.at(-1))}`;
    return ["model_type", text];
  }
  return (
    unreadable(expected, value) ?? wrongType[expected] ?? ["value_error", `Value error, ${message}`]
  );
}

/** Values of a type that may stand for what is expected, and do not. */
function unreadable(expected: string, value: unknown): Words | undefined {
  if (expected === "int" && typeof value === "number")
    return [
      "int_from_float",
      "Input should be a valid integer, got a number with a fractional part",
    ];
  if ((expected === "int" || expected === "number") && typeof value === "string")
    return ["int_parsing", "Input should be a valid integer, unable to parse string as an integer"];
  if (expected === "date" && typeof value === "string")
    return ["datetime_from_date_parsing", "Input should be a valid datetime or date"];
  if (expected === "boolean" && (typeof value === "string" || Number.isInteger(value)))
    return ["bool_parsing", "Input should be a valid boolean, unable to interpret input"];
  return undefined;
}

// The reference's models are called as the fields that hold them: `global_context` is a GlobalContext.
function modelName(field: PropertyKey | undefined): string {
  return String(field ?? "")
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

function lookUp(
  input: unknown,
  path: readonly PropertyKey[],
): { value: unknown; parent: unknown; missing: boolean } {
  let value = input;
  let parent: unknown;
  for (const key of path) {
    parent = value;
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
      return { value: undefined, parent, missing: true };
    value = Reflect.get(value, key);
  }
  return { value, parent, missing: false };
}

const headBytes = 25;
const tailBytes = 24;

// The reference cuts what it shows of an input, between characters.
function shorten(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= headBytes + 1 + tailBytes) return text;
  const head = bytes
    .subarray(0, headBytes)
    .toString()
    .replace(/\ufffd+$/, "");
  const tail = bytes
    .subarray(-tailBytes)
    .toString()
    .replace(/^\ufffd+/, "");
  return `${head}...${tail}`;
}
