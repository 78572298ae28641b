import { type InputIssue, PluginError } from "../errors.ts";
import type { ConfigDocument, DocumentIssue } from "./config-document.ts";

/** Collects all that is wrong with a configuration, and says where in its file it is. */
export class FileIssues {
  readonly #file: string;
  readonly #document: ConfigDocument;
  /** Issues of the document itself that still count */
  #read: readonly DocumentIssue[];
  readonly #found: InputIssue[] = [];

  constructor(file: string, document: ConfigDocument) {
    this.#file = file;
    this.#document = document;
    this.#read = document.issues;
  }

  get areNone(): boolean {
    return this.#read.length === 0 && this.#found.length === 0;
  }

  /** Adds what is wrong with a field, unless its value is not known at all. */
  add(path: string, message: string): void {
    if (!this.#isUnread(path)) this.#found.push(this.#located({ path, message }));
  }

  /** Lets templates be that ask for nothing of the environment: they stand where somebody else fills them in. */
  leaveTemplates(at: string): void {
    this.#read = this.#read.filter(
      ({ path, isForeign }) => isForeign !== true || !`${path}.`.startsWith(`${at}.`),
    );
  }

  /** Adds issues of a part of the document, at whose path they begin. */
  addAll(at: string, issues: readonly InputIssue[]): void {
    for (const { path, message } of issues) this.add(joined(at, path), message);
  }

  /** Adds what is wrong outside the file, with the environment. */
  addOutside(issues: readonly InputIssue[]): void {
    for (const { path, message } of issues)
      this.#found.push({ path, message: `environment variable: ${message}` });
  }

  lineOf(path: string): number | undefined {
    return this.#document.positions.find(path)?.line;
  }

  error(): PluginError {
    const read = this.#read.map((issue) => this.#located(issue));
    return invalidFile(this.#file, [...read, ...this.#found].sort(byPlace));
  }

  #isUnread(path: string): boolean {
    return [...this.#document.unread].some((at) => path === at || path.startsWith(`${at}.`));
  }

  #located({ path, message, position }: DocumentIssue): InputIssue {
    const place = position ?? this.#document.positions.find(path);
    return { path, message, file: this.#file, ...place };
  }
}

/** What stands nowhere, as a variable of the environment, comes first. */
function byPlace(one: InputIssue, other: InputIssue): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}

/** One error for all that is wrong with a file, one line each: file, line, path and what to do. */
export function invalidFile(file: string, issues: readonly InputIssue[]): PluginError {
  const list = issues.map((issue) => `\n  ${shown(issue)}`);
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `The configuration ${file} is invalid:${list.join("")}`,
    plugin: "",
    phase: "configuring",
    issues,
  });
}

/** One error for all that is wrong with environment variables. */
export function invalidEnvironment(issues: readonly InputIssue[]): PluginError {
  const list = issues.map(({ path, message }) => `\n  ${path}: ${message}`);
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `The environment is invalid:${list.join("")}`,
    plugin: "",
    phase: "configuring",
    issues,
  });
}

function shown({ path, message, file, line, column }: InputIssue): string {
  const place = file === undefined ? "" : [file, line, column].filter(isGiven).join(":");
  return (
    [place, path].filter((part) => part !== "").join(" ") +
    (`${place}${path}` === "" ? "" : ": ") +
    message
  );
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

export function joined(at: string, path: string): string {
  return at === "" || path === "" ? `${at}${path}` : `${at}.${path}`;
}
