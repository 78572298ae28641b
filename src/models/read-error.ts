import type { PluginErrorModel } from "../errors.ts";
import { Members } from "./members.ts";

/** Reads the `error` of an answer, with the defaults of what it leaves out. Throws a ShapeFault. */
export function readError(value: unknown, at = "error"): PluginErrorModel {
  const given = new Members(value, at);
  return {
    message: given.text("message"),
    plugin_name: given.text("plugin_name"),
    code: given.textOrNull("code", ""),
    details: given.recordOrNull("details", {}),
    mcp_error_code: given.int("mcp_error_code", -32603),
  };
}
