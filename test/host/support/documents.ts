import { readFileSync } from "node:fs";
import path from "node:path";
import { type ConfigFormat, readDocument } from "../../../src/host/config-document.ts";
import type { Environment } from "../../../src/host/environment.ts";
import { projectRoot } from "../../support/project.ts";

/** What a recorder of the reference's loader has written down. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(projectRoot, "test/host/golden", name), "utf8"));
}

export interface ReadText {
  readonly value: unknown;
  /** As `line:column path: message` */
  readonly issues: readonly string[];
}

export function read(text: string, env: Environment = {}, format: ConfigFormat = "yaml"): ReadText {
  const { value, issues } = readDocument(text, format, env);
  return {
    value,
    issues: issues.map(
      ({ path: at, message, position }) =>
        `${position?.line}:${position?.column} ${at}: ${message}`,
    ),
  };
}
