import type { InputIssue } from "../errors.ts";
import type { Environment } from "./environment.ts";
import { findJsonFault, type JsonFault } from "./json-fault.ts";
import { dotted, type FieldPath, LineMap, type Position, Positions } from "./positions.ts";
import { TemplateFault } from "./template-expression.ts";
import { Templates } from "./templates.ts";
import { readTree } from "./yaml-tree.ts";

/** A problem in a document, with its place if it has one. */
export interface DocumentIssue extends InputIssue {
  readonly position?: Position | undefined;
  /** It is of a template that asks for nothing of the environment, and is still in the field's text */
  readonly isForeign?: boolean;
}

/** A configuration as it was written, read but not checked. */
export interface ConfigDocument {
  /** Undefined if it cannot be read at all */
  readonly value: unknown;
  readonly positions: Positions;
  readonly issues: readonly DocumentIssue[];
  /** Fields whose value is not known: nothing else is to be said of them */
  readonly unread: ReadonlySet<string>;
}

export type ConfigFormat = "yaml" | "json";

/** Parses a configuration, and fills in its templates. Finds all problems that do not hide each other. */
export function readDocument(
  source: string,
  format: ConfigFormat,
  env: Environment,
): ConfigDocument {
  const lines = new LineMap(source);
  const templates = scan(source, env);
  if (templates instanceof TemplateFault) return broken([{ path: "", message: templates.message }]);
  const refusals = templates.problems.map((problem) => ({
    ...problem,
    path: "",
    position: lines.at(problem.offset),
  }));
  const issues: DocumentIssue[] = [];
  if (format === "json") {
    const fault = jsonFaultIn(templates);
    if (fault !== undefined)
      return broken([
        ...refusals,
        { path: "", message: fault.message, position: lines.at(fault.offset) },
      ]);
  }
  const positions = new Positions();
  const unread = new Set<string>();
  const refused = new Set(refusals.map(({ position }) => position.line));
  const value = readTree(templates.text, {
    format,
    templates,
    place: (path, offset) => positions.set(path, lines.at(offset)),
    report: (path, message, offset) => {
      const position = lines.at(offset);
      // What follows from a template that is refused is no news.
      if (!refused.has(position.line)) issues.push({ path: dotted(path), message, position });
    },
    unfilled: (path, { message, isForeign }, offset) =>
      issues.push({ path: dotted(path), message, position: lines.at(offset), isForeign }),
    unread: (path) => unread.add(dotted(path)),
    isFree: isOwnSetting,
    scalar: (path, from, to) => {
      for (const refusal of refusals) {
        if (refusal.offset < from || refusal.offset >= to) continue;
        refusal.path = dotted(path);
        unread.add(refusal.path);
      }
    },
  });
  // A template that is in no field may decide on any of them.
  const isKnown = refusals.every(({ path }) => path !== "");
  return {
    value: isKnown ? value : undefined,
    positions,
    issues: [...refusals, ...issues],
    unread,
  };
}

function jsonFaultIn(templates: Templates): JsonFault | undefined {
  const fault = findJsonFault(templates.text);
  if (fault === undefined || !templates.has(templates.text[fault.offset] ?? "")) return fault;
  return { ...fault, message: "a template stands in quotes in JSON" };
}

/** Within what a plugin is given as its settings, which is for nobody else to read. */
function isOwnSetting([list, , field, ...rest]: FieldPath): boolean {
  return list === "plugins" && field === "config" && rest.length > 0;
}

function scan(source: string, env: Environment): Templates | TemplateFault {
  try {
    return new Templates(source, env);
  } catch (thrown) {
    if (thrown instanceof TemplateFault) return thrown;
    throw thrown;
  }
}

function broken(issues: readonly DocumentIssue[]): ConfigDocument {
  return { value: undefined, positions: new Positions(), issues, unread: new Set() };
}
