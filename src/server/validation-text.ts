import { pythonRepr, pythonType } from "./python-text.ts";

/** The part of a zod issue that a text is made of. */
export interface ValidationIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string | undefined;
}

const maxShownIssues = 20;

const wrongType: Readonly<Record<string, readonly [type: string, text: string]>> = {
  string: ["string_type", "Input should be a valid string"],
  boolean: ["bool_type", "Input should be a valid boolean"],
  number: ["int_type", "Input should be a valid integer"],
  int: ["int_type", "Input should be a valid integer"],
  array: ["list_type", "Input should be a valid list"],
  object: ["dict_type", "Input should be a valid dictionary"],
  record: ["dict_type", "Input should be a valid dictionary"],
};

/**
 * What is wrong with an input, in the reference's words: a line with the count, then for each issue its path and one
 * indented line. The reference's link to the documentation of its validator is left out.
 */
export function validationText(
  model: string,
  input: unknown,
  issues: readonly ValidationIssue[],
): string {
  const lines = issues.slice(0, maxShownIssues).map((issue) => describe(input, issue));
  const count = issues.length === 1 ? "1 validation error" : `${issues.length} validation errors`;
  return [`${count} for ${model}`, ...lines].join("\n");
}

function describe(input: unknown, issue: ValidationIssue): string {
  const { value, parent, missing } = lookUp(input, issue.path);
  const where = issue.path.map(String).join(".");
  const [type, text, shown] = missing
    ? ["missing", "Field required", parent]
    : [...wordsFor(issue), value];
  const detail = `type=${type}, input_value=${shorten(pythonRepr(shown))}, input_type=${pythonType(shown)}`;
  return `${where}\n  ${text} [${detail}]`;
}

function wordsFor(issue: ValidationIssue): readonly [type: string, text: string] {
  const known = issue.code === "invalid_type" ? wrongType[issue.expected ?? ""] : undefined;
  return known ?? ["value_error", `Value error, ${issue.message}`];
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

// The reference cuts what it shows of an input to its first 25 and last 24 characters.
function shorten(text: string): string {
  return text.length > 50 ? `${text.slice(0, 25)}...${text.slice(-24)}` : text;
}
