// The texts of the reference server are Python's: hosts and their tests know them in this shape.

const unprintable = /[\p{C}\p{Z}]/gu;

/** A JSON value as Python's `repr` writes it. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return stringRepr(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (typeof value === "object") {
    const members = Object.entries(value).map(
      ([key, member]) => `${stringRepr(key)}: ${pythonRepr(member)}`,
    );
    return `{${members.join(", ")}}`;
  }
  return String(value);
}

/** The name of the Python type that a JSON value becomes. */
export function pythonType(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    default:
      return "dict";
  }
}

/** What was thrown, as Python's `repr` of an exception: `ValueError('plain failure')`. */
export function errorRepr(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `Error(${pythonRepr(safely(() => String(thrown)))})`;
  return `${errorName(thrown)}(${stringRepr(safely(() => String(thrown.message)))})`;
}

// A class that does not set `name` inherits "Error"; its own name says more.
function errorName(error: Error): string {
  const own = safely(() => String(error.name));
  if (own !== "" && own !== "Error") return own;
  return safely(() => error.constructor.name) || "Error";
}

// Getters and `toString` of what a plugin throws are the plugin's code, and may throw themselves.
function safely(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll(quote, `\\${quote}`)
    .replace(unprintable, escapeCharacter);
  return quote + escaped + quote;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case " ":
      return character;
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case "\t":
      return "\\t";
  }
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
