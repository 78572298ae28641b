import { PluginError } from "../errors.ts";
import type { PluginViolation } from "../models/plugin-result.ts";

/** Lets the call pass as it is. Returning nothing does the same. */
export function allow(metadata: Record<string, unknown> = {}): {
  metadata: Record<string, unknown>;
} {
  return { metadata };
}

/** Blocks the call. */
export function block(
  violation: PluginViolation,
  metadata: Record<string, unknown> | null = null,
): {
  continue_processing: false;
  violation: PluginViolation;
  metadata: Record<string, unknown> | null;
} {
  return { continue_processing: false, violation, metadata };
}

/** Lets the call pass with another payload: the whole of it, not only what is different. */
export function modify<T>(
  payload: T,
  metadata: Record<string, unknown> = {},
): { modified_payload: T; metadata: Record<string, unknown> } {
  return { modified_payload: payload, metadata };
}

/** What a host gets to know of a failure that a hook reports on purpose. */
export interface FailureInput {
  readonly message: string;
  /** The plugin's own code */
  readonly code?: string;
  readonly details?: Record<string, unknown>;
  /** Default -32603 */
  readonly mcp_error_code?: number;
}

/** An error to throw from a hook, whose fields reach the host as they are. Other errors reach it as one line of text. */
export function failure(input: FailureInput): PluginError {
  return new PluginError({
    code: "PLUGIN_ERROR",
    message: "A hook reported a failure",
    plugin: "",
    remote: {
      message: input.message,
      // The server fills in which plugin it was.
      plugin_name: "",
      code: input.code ?? "",
      details: input.details ?? {},
      mcp_error_code: input.mcp_error_code ?? -32603,
    },
  });
}
