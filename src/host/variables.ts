import type { InputIssue } from "../errors.ts";
import type { Environment } from "./environment.ts";
import { looseBoolean, looseInteger, looseNumber } from "./loose-scalars.ts";

/** Reads environment variables by what they should be. Their names may be written in any case; an empty one is not set. */
export class Variables {
  readonly #values = new Map<string, string>();
  readonly #issues = new Map<string, string>();

  constructor(env: Environment) {
    for (const [name, value] of Object.entries(env))
      if (value !== undefined && value.trim() !== "") this.#values.set(name.toUpperCase(), value);
    // As it is written in the documentation, it counts before any other way to write it.
    for (const [name, value] of Object.entries(env))
      if (this.#values.has(name) && value !== undefined && value.trim() !== "")
        this.#values.set(name, value);
  }

  /** What was wrong with the variables that were asked for, by their names */
  get issues(): readonly InputIssue[] {
    return [...this.#issues].map(([path, message]) => ({ path, message }));
  }

  refuse(name: string, message: string): void {
    this.#issues.set(name, message);
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  boolean(name: string): boolean | undefined {
    const value = looseBoolean(this.#values.get(name)?.trim());
    if (value === undefined || typeof value === "boolean") return value;
    this.refuse(name, "must be true or false (or 1, 0, yes, no, on, off)");
    return undefined;
  }

  number(name: string): number | undefined {
    const value = looseNumber(this.#values.get(name));
    if (value === undefined || typeof value === "number") return value;
    this.refuse(name, "must be a number");
    return undefined;
  }

  integer(name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = looseInteger(this.#values.get(name));
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= min && value <= max) return value;
    const limit = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
    this.refuse(name, `must be a whole number, ${limit}`);
    return undefined;
  }
}
