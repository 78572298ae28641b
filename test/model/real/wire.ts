import { pluginName } from "./bounds.ts";

// What the far ends say.

/** The plugin's configuration with these hooks. */
export const configuration = (hooks: readonly string[]): object => ({
  name: pluginName,
  kind: "guard.Guard",
  hooks,
  mode: "enforce",
  priority: 10,
  config: {},
});

/** A tool's result with one text. */
export function toolResult(value: unknown): object {
  return { content: [{ type: "text", text: JSON.stringify(value) }], isError: false };
}

/** Lets the call pass. */
export const passes: object = toolResult({
  plugin_name: pluginName,
  result: { continue_processing: true, modified_payload: null, violation: null, metadata: {} },
});

/** The result of an `initialize` in a version of MCP that nobody knows */
export const strangeVersion: object = {
  protocolVersion: "1999-01-01",
  capabilities: { tools: {} },
  serverInfo: { name: "old", version: "0.0.1" },
};

export const rpcError: object = { code: -32_000, message: "as the path says" };
