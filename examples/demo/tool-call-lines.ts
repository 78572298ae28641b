import { UsageError } from "./usage-error.ts";

/** One line of a `.jsonl` file: what a model asks of a tool, and what the tool would answer. */
export interface ToolCallLine {
  /** File and line, as in `tool-calls/shop.jsonl:3` */
  readonly place: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: unknown;
}

const members = ["name", "args", "result"];

/** @throws UsageError that names the line. It never quotes it: the line may hold personal data */
export function readToolCalls(file: string, text: string): ToolCallLine[] {
  return text
    .replace(/^\ufeff/, "")
    .split("\n")
    .map((line, index) => ({ line: line.trim(), place: `${file}:${index + 1}` }))
    .filter(({ line }) => line !== "")
    .map(({ line, place }) => readLine(place, line));
}

function readLine(place: string, line: string): ToolCallLine {
  const value = parse(place, line);
  if (!isObject(value)) throw new UsageError(`${place}: must be an object`);
  const { name, args = {}, result = null } = value;
  if (typeof name !== "string" || name.trim() === "")
    throw new UsageError(`${place}: "name" must be the name of a tool`);
  if (!isObject(args)) throw new UsageError(`${place}: "args" must be an object`);
  if (Object.keys(value).some((member) => !members.includes(member)))
    throw new UsageError(`${place}: has a member besides ${members.join(", ")}`);
  return { place, name, args, result };
}

function parse(place: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new UsageError(`${place}: is not JSON`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
