/** What one control of a host did with a request. Hosts fill it in; a plugin has nothing to say there. */
export interface ControlExecutionRecord {
  plugin_id: string;
  plugin_name: string;
  plugin_kind: string;
  hook_name: string;
  mode: "sequential" | "transform" | "audit" | "concurrent" | "fire_and_forget" | "disabled";
  status: "completed" | "error" | "timeout" | "skipped" | "cancelled" | "disabled";
  /** What the plugin asked for; null if it did not get that far */
  requested_allow: boolean | null;
  /** What was decided in the end */
  effective_allow: boolean;
  /** Null if it is not known */
  matched: boolean | null;
  applied: boolean;
  payload_modified: boolean;
  extensions_modified: boolean;
  /** Nanoseconds */
  duration_ns: number;
  reason: string | null;
  error_code: string | null;
  /** Names of its settings, without their values */
  config_keys: string[];
}
