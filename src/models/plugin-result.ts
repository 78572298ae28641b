import type { ControlExecutionRecord } from "./execution-record.ts";

/** Why a plugin blocks. */
export interface PluginViolation {
  reason: string;
  description: string;
  /** The plugin's own code */
  code: string;
  details?: Record<string, unknown> | null | undefined;
  mcp_error_code?: number | null | undefined;
  http_status_code?: number | null | undefined;
  http_headers?: Record<string, string> | null | undefined;
}

/** What a hook answered. Everything that the server left out has its default. */
export interface PluginResult<Payload> {
  /** False blocks the request */
  continue_processing: boolean;
  /** The whole payload that takes the place of the one that was sent; null leaves it as it is */
  modified_payload: Payload | null;
  modified_extensions: Record<string, unknown> | null;
  /** May be null although the request is blocked */
  violation: PluginViolation | null;
  metadata: Record<string, unknown> | null;
  http_headers: Record<string, string> | null;
  retry_delay_ms: number;
  executions: ControlExecutionRecord[];
}
