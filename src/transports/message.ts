import type { WireAnswer, WireRpcError } from "./channel.ts";

/** A JSON object that may be a JSON-RPC message. */
export interface JsonObject {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The value of a JSON text; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a message asks or tells, and so answers nothing. */
export function isRequestOrNotification(message: JsonObject): boolean {
  return typeof message.method === "string" && !isAnswer(message);
}

/** Whether a message claims to answer something. */
export function isAnswer(message: JsonObject): boolean {
  return Object.hasOwn(message, "result") || Object.hasOwn(message, "error");
}

/** What an answer says, whatever its id; undefined unless it has exactly one of result and error, in good form. */
export function readAnswerBody(message: JsonObject): WireAnswer["body"] | undefined {
  const hasResult = Object.hasOwn(message, "result");
  if (message.jsonrpc !== "2.0" || hasResult === Object.hasOwn(message, "error")) return undefined;
  if (hasResult) return { result: message.result };
  const error = readRpcError(message.error);
  return error && { error };
}

function readRpcError(value: unknown): WireRpcError | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { code, message, data }: { code?: unknown; message?: unknown; data?: unknown } = value;
  if (typeof code !== "number" || typeof message !== "string") return undefined;
  return data === undefined ? { code, message } : { code, message, data };
}
