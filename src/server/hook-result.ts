import type { HookDefinition } from "../hooks/hook-definition.ts";
import { ShapeFault } from "../models/members.ts";
import { EncodeFault } from "../models/plain-json.ts";
import type { PluginResult } from "../models/plugin-result.ts";
import { readResult } from "../models/read-result.ts";
import { isRecord } from "../models/records.ts";
import { Refusal } from "./refusal.ts";
import { sendable } from "./sendable.ts";

/** A result that changes nothing, every member in the order in which the reference writes them. */
export const allowed: PluginResult<unknown> = {
  continue_processing: true,
  modified_payload: null,
  modified_extensions: null,
  violation: null,
  metadata: {},
  http_headers: null,
  retry_delay_ms: 0,
  executions: [],
};

const violationMembers = [
  "reason",
  "description",
  "code",
  "details",
  "mcp_error_code",
  "http_status_code",
  "http_headers",
];

/** What a hook returned, as a full result. Throws a refusal if it is none: it must never pass as an allow. */
export function resultFrom(returned: unknown, hook: HookDefinition): PluginResult<unknown> {
  if (returned === undefined) return allowed;
  try {
    refuseForeign(returned);
    const given = sendable(returned, "result");
    const result = readResult(given, hook, true);
    refuseAccidents(given, result);
    return result.continue_processing || hasMetadata(given)
      ? result
      : { ...result, metadata: null };
  } catch (fault) {
    if (!(fault instanceof ShapeFault || fault instanceof EncodeFault)) throw fault;
    throw new Refusal(
      `Hook ${hook.type} returned an invalid result: ${fault.path} ${fault.message}`,
    );
  }
}

/** A block as it is sent: nobody goes on with its payload. */
export function asBlock(result: PluginResult<unknown>): PluginResult<unknown> {
  return { ...result, modified_payload: null };
}

/** The block of a plugin that may not block: the request goes on, with the payload if there is one. */
export function asSuppressed(result: PluginResult<unknown>): PluginResult<unknown> {
  const { modified_payload, metadata } = result;
  return { ...allowed, modified_payload, metadata };
}

// The reference has null for the metadata of every block, because it loses them. Where there are none, so have we.
function hasMetadata(given: unknown): boolean {
  const { metadata } = isRecord(given) ? given : {};
  return metadata !== undefined;
}

// An Error that should have been thrown, a Map, or an object of a class with getters has no members of its own: it would
// be read as a result in which all is left at its default, so as an allow.
function refuseForeign(returned: unknown): void {
  if (!isRecord(returned)) return;
  const prototype: unknown = Object.getPrototypeOf(returned);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  throw new ShapeFault("result", "must be a plain object, not one of a class");
}

// What was meant to block must not pass for want of a letter, or of a flag.
function refuseAccidents(given: unknown, result: PluginResult<unknown>): void {
  if (!isRecord(given)) return;
  const { continue_processing, violation } = given;
  refuseUnknown(given, "result", Object.keys(result));
  if (!isRecord(violation)) return;
  refuseUnknown(violation, "result.violation", violationMembers);
  if (continue_processing === undefined)
    throw new ShapeFault("result.continue_processing", "must be given with a violation");
}

function refuseUnknown(given: Record<string, unknown>, at: string, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new ShapeFault(`${at}.${unknown}`, "is not known; mend its spelling");
}
