import type { ControlExecutionRecord } from "./execution-record.ts";
import { Members } from "./members.ts";

const modes = [
  "sequential",
  "transform",
  "audit",
  "concurrent",
  "fire_and_forget",
  "disabled",
] as const;

const statuses = ["completed", "error", "timeout", "skipped", "cancelled", "disabled"] as const;

/** Reads the `executions` of a result, with the defaults of what they leave out. Throws a ShapeFault. */
export function readExecutions(result: Members): ControlExecutionRecord[] {
  return result
    .records("executions")
    .map((record, index) => readRecord(new Members(record, result.at(`executions.${index}`))));
}

function readRecord(given: Members): ControlExecutionRecord {
  return {
    plugin_id: given.text("plugin_id"),
    plugin_name: given.text("plugin_name"),
    plugin_kind: given.text("plugin_kind"),
    hook_name: given.text("hook_name"),
    mode: given.oneOf("mode", modes),
    status: given.oneOf("status", statuses),
    requested_allow: given.boolOrNull("requested_allow"),
    effective_allow: given.bool("effective_allow", true),
    matched: given.boolOrNull("matched"),
    applied: given.bool("applied", false),
    payload_modified: given.bool("payload_modified", false),
    extensions_modified: given.bool("extensions_modified", false),
    duration_ns: given.int("duration_ns", 0),
    reason: given.textOrNull("reason"),
    error_code: given.textOrNull("error_code"),
    config_keys: given.texts("config_keys"),
  };
}
