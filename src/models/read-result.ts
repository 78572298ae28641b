import type { HookDefinition } from "../hooks/hook-definition.ts";
import { Members } from "./members.ts";
import type { PluginResult, PluginViolation } from "./plugin-result.ts";
import { readExecutions } from "./read-executions.ts";

/**
 * Reads the `result` of an answer, with the defaults of what it leaves out. Throws a ShapeFault.
 *
 * @param allowsByDefault whether a result without `continue_processing` is an allow, as it is for the reference
 */
export function readResult(
  value: unknown,
  hook: HookDefinition,
  allowsByDefault: boolean,
  at = "result",
): PluginResult<unknown> {
  const given = new Members(value, at);
  const violation = given.anyOrNull("violation");
  return {
    continue_processing: allowsByDefault
      ? given.bool("continue_processing", true)
      : given.bool("continue_processing"),
    modified_payload: readModifiedPayload(given, hook),
    modified_extensions: given.recordOrNull("modified_extensions"),
    violation: violation === null ? null : readViolation(violation, given.at("violation")),
    metadata: given.recordOrNull("metadata", {}),
    http_headers: given.textRecordOrNull("http_headers"),
    retry_delay_ms: given.int("retry_delay_ms", 0),
    executions: readExecutions(given),
  };
}

function readModifiedPayload(given: Members, hook: HookDefinition): unknown {
  const payload = given.anyOrNull("modified_payload");
  if (payload === null) return null;
  return hook.checkModifiedPayload(payload, given.at("modified_payload"));
}

/** Reads why a plugin blocks. Throws a ShapeFault. */
export function readViolation(value: unknown, at: string): PluginViolation {
  const given = new Members(value, at);
  return {
    reason: given.text("reason"),
    description: given.text("description"),
    code: given.text("code"),
    details: given.recordOrNull("details", {}),
    mcp_error_code: given.intOrNull("mcp_error_code"),
    http_status_code: given.intOrNull("http_status_code"),
    http_headers: given.textRecordOrNull("http_headers"),
  };
}
