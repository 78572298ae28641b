import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import type { CallAbort } from "./call-abort.ts";
import { invokeHook } from "./invoke-hook.ts";
import type { PluginSet } from "./plugin-set.ts";
import { readArguments } from "./tool-arguments.ts";

const object = (title: string) => ({ additionalProperties: true, title, type: "object" });
const string = (title: string) => ({ title, type: "string" });

/** The three tools, their schemas as the reference lists them. Clients find them by these. */
export const toolList: readonly Tool[] = [
  {
    name: "get_plugin_configs",
    description: "Lists the configurations of all plugins on this server.",
    inputSchema: { properties: {}, title: "get_plugin_configsArguments", type: "object" },
    outputSchema: {
      properties: {
        result: {
          items: { additionalProperties: true, type: "object" },
          title: "Result",
          type: "array",
        },
      },
      required: ["result"],
      title: "get_plugin_configsOutput",
      type: "object",
    },
  },
  {
    name: "get_plugin_config",
    description: "Returns the configuration of one plugin, or an empty object if there is none.",
    inputSchema: {
      properties: { name: string("Name") },
      required: ["name"],
      title: "get_plugin_configArguments",
      type: "object",
    },
  },
  {
    name: "invoke_hook",
    description: "Runs one hook of one plugin, and returns its result or its error.",
    inputSchema: {
      properties: {
        hook_type: string("Hook Type"),
        plugin_name: string("Plugin Name"),
        payload: object("Payload"),
        context: object("Context"),
      },
      required: ["hook_type", "plugin_name", "payload", "context"],
      title: "invoke_hookArguments",
      type: "object",
    },
  },
];

/** Calls a tool. What a plugin does wrong is part of the answer; only a call that makes no sense is an error. */
export async function callTool(
  plugins: PluginSet,
  tool: string,
  given: unknown,
  abort: CallAbort,
): Promise<CallToolResult> {
  switch (tool) {
    case "get_plugin_configs":
      return {
        content: plugins.configs.map(({ text }) => ({ type: "text", text })),
        structuredContent: { result: plugins.configs.map(({ dump }) => dump) },
        isError: false,
      };
    case "get_plugin_config": {
      const asked = readArguments(tool, { name: "string" }, given);
      if (typeof asked === "string") return failure(asked);
      return success(plugins.config(asked.name)?.text ?? "{}");
    }
    case "invoke_hook": {
      const call = readArguments(tool, invokeHookArguments, given);
      if (typeof call === "string") return failure(call);
      return success(await invokeHook(plugins, call, abort));
    }
    default:
      return failure(`Unknown tool: ${tool}`);
  }
}

const invokeHookArguments = {
  hook_type: "string",
  plugin_name: "string",
  payload: "record",
  context: "record",
} as const;

function success(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: false };
}

function failure(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: true };
}
