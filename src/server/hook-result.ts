import type { HookDefinition } from "../hooks/hook-registry.ts";
import { ShapeFault } from "../models/members.ts";
import type { PluginResult } from "../models/plugin-result.ts";
import { readResult } from "../models/read-result.ts";
import { isRecord } from "../models/records.ts";
import type { PluginMode } from "./define-plugin.ts";
import { Refusal } from "./refusal.ts";

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
export function resultFrom(
  returned: unknown,
  hook: HookDefinition,
  mode: PluginMode,
): PluginResult<unknown> {
  if (returned === undefined) return allowed;
  try {
    const result = readResult(returned, hook, true);
    refuseAccidents(returned, result);
    return result.continue_processing ? result : asBlock(result, mode);
  } catch (fault) {
    if (!(fault instanceof ShapeFault)) throw fault;
    throw new Refusal(`Hook ${hook.type} returned no result: ${fault.path} ${fault.message}`);
  }
}

// What was meant to block must not pass for want of a letter, or of a flag.
function refuseAccidents(returned: unknown, result: PluginResult<unknown>): void {
  if (!isRecord(returned)) return;
  refuseUnknown(returned, "result", Object.keys(result));
  if (!isRecord(returned["violation"])) return;
  refuseUnknown(returned["violation"], "result.violation", violationMembers);
  if (returned["continue_processing"] === undefined)
    throw new ShapeFault("result.continue_processing", "must be given with a violation");
}

function refuseUnknown(given: Record<string, unknown>, at: string, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new ShapeFault(`${at}.${unknown}`, "is not known; mend its spelling");
}

// The reference drops the metadata of a block, and the server of a permissive plugin suppresses the block.
function asBlock(result: PluginResult<unknown>, mode: PluginMode): PluginResult<unknown> {
  return mode === "permissive"
    ? { ...allowed, modified_payload: result.modified_payload, metadata: null }
    : { ...allowed, continue_processing: false, violation: result.violation, metadata: null };
}
