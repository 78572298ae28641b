import { isRecord } from "../models/records.ts";
import { type ValidationIssue, validationText } from "./validation-text.ts";

type ArgumentType = "string" | "record";

/** What a tool takes: its arguments by name, all of them required. Further ones are ignored. */
export type ArgumentTypes = Readonly<Record<string, ArgumentType>>;

export type Arguments<T extends ArgumentTypes> = {
  [K in keyof T]: T[K] extends "string" ? string : Record<string, unknown>;
};

/** The arguments of a call of a tool, or the text that says what is wrong with them. */
export function readArguments<T extends ArgumentTypes>(
  tool: string,
  types: T,
  given: unknown,
): Arguments<T> | string {
  const input = isRecord(given) ? { ...given } : {};
  const read: Record<string, unknown> = {};
  const issues: ValidationIssue[] = [];
  for (const [name, type] of Object.entries(types)) {
    if (type === "record" && typeof input[name] === "string")
      input[name] = parseJsonText(input[name]);
    const value = input[name];
    if (type === "record" ? isRecord(value) : typeof value === "string") read[name] = value;
    else issues.push({ code: "invalid_type", path: [name], message: "", expected: type });
  }
  if (issues.length === 0) return read as Arguments<T>;
  return `Error executing tool ${tool}: ${validationText(`${tool}Arguments`, input, issues)}`;
}

// Some clients send an object as its JSON text. Texts of plain values stay what they are, as with the reference.
function parseJsonText(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" ? parsed : text;
  } catch {
    return text;
  }
}
