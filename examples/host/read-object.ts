import { readFile } from "node:fs/promises";
import { findLossyNumber } from "../../src/models/json-numbers.ts";
import { UsageError } from "../demo/usage-error.ts";

/**
 * The JSON object that a file holds. What would reach a plugin otherwise than it stands there is refused.
 *
 * @throws UsageError
 */
export async function readObject(file: string): Promise<Record<string, unknown>> {
  const text = await readText(file);
  const value = parse(file, text);
  if (findLossyNumber(text, ["infinite", "rounded"]) !== null)
    throw new UsageError(`${file} has a number that JavaScript would change: write it as a text`);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new UsageError(`${file} must hold a JSON object`);
}

async function readText(file: string): Promise<string> {
  try {
    // Without the byte order mark, if there is one.
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    const { code }: { code?: unknown } = Object(cause);
    const why =
      code === "ERR_ENCODING_INVALID_ENCODED_DATA"
        ? "is no text in UTF-8"
        : `cannot be read (${String(code)})`;
    throw new UsageError(`${file} ${why}`, { cause });
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file} is not JSON`, { cause });
  }
}
