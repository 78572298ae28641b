import { PluginError, type PluginErrorModel } from "../errors.ts";
import { ShapeFault } from "../models/members.ts";
import { EncodeFault } from "../models/plain-json.ts";
import { readError } from "../models/read-error.ts";
import { errorRepr } from "./python-text.ts";
import { Refusal } from "./refusal.ts";
import { sendable } from "./sendable.ts";

/** What a host gets to know of what went wrong. Never throws, whatever was thrown. */
export function errorModel(plugin: string, hookType: string, thrown: unknown): PluginErrorModel {
  try {
    if (thrown instanceof Refusal) return plainModel(plugin, thrown.message);
    return PluginError.is(thrown)
      ? reportedModel(plugin, hookType, thrown)
      : plainModel(plugin, errorRepr(thrown));
  } catch {
    // A proxy, for example, can throw at every look at it.
    return plainModel(plugin, `Hook ${hookType} threw something that cannot be read`);
  }
}

function plainModel(plugin_name: string, message: string): PluginErrorModel {
  return { message, plugin_name, code: "", details: {}, mcp_error_code: -32603 };
}

/** The error model that a hook has chosen itself, if hosts can read it. */
function reportedModel(plugin: string, hookType: string, thrown: PluginError): PluginErrorModel {
  try {
    const { message, plugin_name, code, details, mcp_error_code } = thrown.error;
    const model = { message, plugin_name: plugin_name || plugin, code, details, mcp_error_code };
    return readError(sendable(model, "error"));
  } catch (fault) {
    if (!(fault instanceof ShapeFault || fault instanceof EncodeFault)) throw fault;
    const why = `${fault.path} ${fault.message}`;
    return plainModel(plugin, `Hook ${hookType} reported an invalid failure: ${why}`);
  }
}
