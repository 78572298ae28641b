import type { InputIssue } from "../errors.ts";
import { isRecord } from "./records.ts";

const knownCapabilities: readonly string[] = [
  "append_delegation",
  "append_labels",
  "read_agent",
  "read_claims",
  "read_delegation",
  "read_headers",
  "read_labels",
  "read_permissions",
  "read_roles",
  "read_subject",
  "read_teams",
  "write_headers",
];

/** What is wrong with the `capabilities` that were written for a plugin, beyond their types. */
export function capabilityIssues(capabilities: unknown): InputIssue[] {
  if (!Array.isArray(capabilities)) return [];
  const known = knownCapabilities.map((name) => `'${name}'`).join(", ");
  return [...capabilities.entries()]
    .filter(([, entry]) => typeof entry === "string" && !knownCapabilities.includes(entry))
    .map(([index, entry]) => ({
      path: `capabilities.${index}`,
      message: `Unknown capability: '${entry}'. Known: [${known}]`,
    }));
}

/** What is wrong with the `config` that was written for an external plugin. */
export function configIssues(name: string, config: unknown): InputIssue[] {
  if (!isRecord(config) || Object.keys(config).length === 0) return [];
  const message = `Cannot have ${name} plugin defined as 'external' with 'config' set. 'config' section settings can only be set on the plugin server.`;
  return [{ path: "config", message }];
}
