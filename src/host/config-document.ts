import type { InputIssue } from "../errors.ts";
import type { Environment } from "./environment.ts";
import { findJsonFault } from "./json-fault.ts";
import { dotted, LineMap, type Position, Positions } from "./positions.ts";
import { TemplateFault } from "./template-expression.ts";
import { Templates } from "./templates.ts";
import { readTree } from "./yaml-tree.ts";

/** A problem in a document, with its place if it has one. */
export interface DocumentIssue extends InputIssue {
  readonly position?: Position | undefined;
  /** It is of a template that cannot be filled in, and the value of the field is its text */
  readonly isUnfilled?: boolean;
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
  const issues: DocumentIssue[] = templates.problems.map(({ offset, message }) => ({
    path: "",
    message,
    position: lines.at(offset),
  }));
  if (format === "json") {
    const fault = findJsonFault(templates.text);
    if (fault !== undefined)
      return broken([
        ...issues,
        { path: "", message: fault.message, position: lines.at(fault.offset) },
      ]);
  }
  const positions = new Positions();
  const unread = new Set<string>();
  const refused = new Set(issues.map(({ position }) => position?.line));
  const value = readTree(templates.text, {
    format,
    templates,
    place: (path, offset) => positions.set(path, lines.at(offset)),
    report: (path, message, offset) => {
      const position = lines.at(offset);
      // What follows from a template that is refused is no news.
      if (!refused.has(position.line)) issues.push({ path: dotted(path), message, position });
    },
    unfilled: (path, message, offset) => {
      const position = lines.at(offset);
      issues.push({ path: dotted(path), message, position, isUnfilled: true });
    },
    unread: (path) => unread.add(dotted(path)),
  });
  // Where templates are refused there is no telling what is meant.
  return { value: refused.size > 0 ? undefined : value, positions, issues, unread };
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
