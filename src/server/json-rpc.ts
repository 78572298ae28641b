import { isUtf8 } from "node:buffer";
import {
  ErrorCode,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResultResponse,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { isRecord } from "../models/records.ts";

export type JsonRpcAnswer = JSONRPCResultResponse | JSONRPCErrorResponse;

/** The method of nearly every request. */
export const callMethod = "tools/call";

export interface IncomingRequest {
  readonly kind: "request";
  readonly message: JSONRPCRequest;
  readonly bytes: number;
}

export interface IncomingNotification {
  readonly kind: "notification";
  readonly message: JSONRPCNotification;
  readonly bytes: number;
}

/** A message from the client, sorted. `invalid` has the id where there was a usable one, so that it can be answered. */
export type Incoming =
  | IncomingRequest
  | IncomingNotification
  | { readonly kind: "response" }
  | {
      readonly kind: "invalid";
      readonly id: RequestId | null;
      readonly code: number;
      readonly reason: string;
    };

/**
 * Reads one JSON-RPC message. The SDK drops what its strict schemas do not know without an answer, and the caller then
 * waits for ever; so unknown members are taken off here, and what is still no message is reported to be answered.
 */
export function readMessage(bytes: Buffer): Incoming {
  if (!isUtf8(bytes)) return invalid(null, ErrorCode.ParseError, "Parse error: not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return invalid(null, ErrorCode.ParseError, "Parse error: not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return invalid(null, ErrorCode.InvalidRequest, "Validation error: not a JSON-RPC message");
  return sort(value, bytes.length);
}

function sort(value: object, bytes: number): Incoming {
  const { jsonrpc, id, method, params } = value as Record<string, unknown>;
  if (method === undefined && ("result" in value || "error" in value)) return { kind: "response" };
  const body = params === undefined ? { jsonrpc, method } : { jsonrpc, method, params };
  if (id === undefined) {
    if (isJSONRPCNotification(body)) return { kind: "notification", message: body, bytes };
    return invalid(null, ErrorCode.InvalidRequest, "Validation error: not a JSON-RPC message");
  }
  const request = { ...body, id };
  if (isCall(request) || isJSONRPCRequest(request))
    return { kind: "request", message: request, bytes };
  return invalid(
    isRequestId(id) ? id : null,
    ErrorCode.InvalidRequest,
    "Validation error: not a JSON-RPC request",
  );
}

// The SDK's schema also looks into `_meta`, which nobody reads here, and takes its time.
function isCall(request: Record<string, unknown>): request is JSONRPCRequest & typeof request {
  const { jsonrpc, id, method, params } = request;
  return jsonrpc === "2.0" && method === callMethod && isRecord(params) && isRequestId(id);
}

function isRequestId(id: unknown): id is RequestId {
  return typeof id === "string" || Number.isSafeInteger(id);
}

function invalid(id: RequestId | null, code: number, reason: string): Incoming {
  return { kind: "invalid", id, code, reason };
}

export function isAnswer(message: JSONRPCMessage): message is JsonRpcAnswer {
  return "result" in message || "error" in message;
}

/** The text of an answer, its members in the order in which the reference writes them. */
export function answerText(answer: JsonRpcAnswer): string {
  const { jsonrpc, id } = answer;
  return "result" in answer
    ? JSON.stringify({ jsonrpc, id, result: answer.result })
    : JSON.stringify({ jsonrpc, id, error: answer.error });
}

/** The text of an error that belongs to no request, or to one that could not be read. */
export function errorText(id: RequestId | null, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } });
}

/** The id of the request that a notification cancels. */
export function cancelledId({ method, params = {} }: JSONRPCNotification): RequestId | undefined {
  const { requestId } = params;
  return method === "notifications/cancelled" && isRequestId(requestId) ? requestId : undefined;
}

/** An answer as it goes out. */
export interface AnswerText {
  readonly id: RequestId;
  readonly text: string;
  readonly isError: boolean;
}

export function failedAnswer(id: RequestId, code: number, message: string): AnswerText {
  return { id, text: errorText(id, code, message), isError: true };
}

/** A cancelled call is answered so by the SDK of the reference: a client that runs one call at a time waits for it. */
export function cancelledAnswer(id: RequestId): AnswerText {
  return failedAnswer(id, 0, "Request cancelled");
}
