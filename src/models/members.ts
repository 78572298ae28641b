import { isRecord } from "./records.ts";

/**
 * Says what is wrong with a value from outside, and where. Its path has names of the wire's models and numbers of list
 * entries only: a key that a plugin chose would be plugin text in our messages.
 */
export class ShapeFault extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}

/**
 * Reads the members of an object from outside by their types, and throws a ShapeFault where one has another. Written by
 * hand because every answer passes here: zod takes a hundred times as long. Objects and lists are not copied.
 */
export class Members {
  readonly #from: Record<string, unknown>;
  readonly #at: string;

  constructor(value: unknown, at: string) {
    this.#from = asRecord(value, at);
    this.#at = at;
  }

  // One that is only inherited counts as missing, so that nothing is answered by a polluted Object.prototype.
  #get(key: string): unknown {
    return Object.hasOwn(this.#from, key) ? this.#from[key] : undefined;
  }

  /** Where a member is: the names that lead to it, dotted */
  at(key: string): string {
    return this.#at === "" ? key : `${this.#at}.${key}`;
  }

  /** Any value, null included, but it must be there */
  any(key: string): unknown {
    const value = this.#get(key);
    if (value === undefined) throw mismatch(this.at(key), value, "there");
    return value;
  }

  /** Any value; null where it is missing */
  anyOrNull(key: string): unknown {
    return this.#get(key) ?? null;
  }

  text(key: string): string {
    const value = this.#get(key);
    if (typeof value === "string") return value;
    throw mismatch(this.at(key), value, "a text");
  }

  textOrNull(key: string, missing: string | null = null): string | null {
    const value = this.#get(key);
    if (value === undefined) return missing;
    if (typeof value === "string" || value === null) return value;
    throw mismatch(this.at(key), value, "a text or null");
  }

  bool(key: string, missing?: boolean): boolean {
    const value = this.#get(key);
    if (typeof value === "boolean") return value;
    if (value === undefined && missing !== undefined) return missing;
    throw mismatch(this.at(key), value, "true or false");
  }

  boolOrNull(key: string): boolean | null {
    const value = this.#get(key);
    if (value === undefined || value === null) return null;
    if (typeof value === "boolean") return value;
    throw mismatch(this.at(key), value, "true, false or null");
  }

  oneOf<Value extends string>(key: string, values: readonly Value[]): Value {
    const value = this.#get(key);
    const known = values.find((one) => one === value);
    if (known !== undefined) return known;
    throw mismatch(this.at(key), value, `one of ${values.join(", ")}`);
  }

  int(key: string, missing: number): number {
    const value = this.#get(key);
    if (value === undefined) return missing;
    if (isInt(value)) return value;
    throw mismatch(this.at(key), value, "a whole number");
  }

  intOrNull(key: string): number | null {
    const value = this.#get(key);
    if (value === undefined || value === null) return null;
    if (isInt(value)) return value;
    throw mismatch(this.at(key), value, "a whole number or null");
  }

  record(key: string, missing: Record<string, unknown>): Record<string, unknown> {
    const value = this.#get(key);
    if (value === undefined) return missing;
    if (isRecord(value)) return value;
    throw mismatch(this.at(key), value, "an object");
  }

  recordOrNull(
    key: string,
    missing: Record<string, unknown> | null = null,
  ): Record<string, unknown> | null {
    const value = this.#get(key);
    if (value === undefined) return missing;
    if (value === null || isRecord(value)) return value;
    throw mismatch(this.at(key), value, "an object or null");
  }

  textRecordOrNull(
    key: string,
    missing: Record<string, string> | null = null,
  ): Record<string, string> | null {
    const value = this.#get(key);
    if (value === undefined) return missing;
    return value === null ? null : asTextRecord(value, this.at(key));
  }

  /** A list of anything, which must be there */
  list(key: string): unknown[] {
    const value = this.#get(key);
    if (Array.isArray(value)) return value;
    throw mismatch(this.at(key), value, "a list");
  }

  /** An empty list where it is missing */
  texts(key: string): string[] {
    const value = this.#get(key);
    return value === undefined ? [] : asTexts(value, this.at(key));
  }

  textsOrNull(key: string): string[] | null {
    const value = this.#get(key);
    return value === undefined || value === null ? null : asTexts(value, this.at(key));
  }

  records(key: string): Record<string, unknown>[] {
    const value = this.#get(key);
    if (value === undefined) return [];
    return asListOf(value, this.at(key), "an object", isRecord);
  }

  recordsOrNull(key: string): Record<string, unknown>[] | null {
    const value = this.#get(key);
    if (value === undefined || value === null) return null;
    return asListOf(value, this.at(key), "an object", isRecord);
  }
}

export function asRecord(value: unknown, at: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw mismatch(at, value, "an object");
}

export function asTextRecord(value: unknown, at: string): Record<string, string> {
  if (!isRecord(value)) throw mismatch(at, value, "an object of texts");
  for (const key of Object.keys(value)) {
    if (typeof value[key] !== "string")
      throw new ShapeFault(at, "must hold nothing but texts, and holds something else");
  }
  return value as Record<string, string>;
}

function asTexts(value: unknown, at: string): string[] {
  return asListOf(value, at, "a text", (entry) => typeof entry === "string");
}

function asListOf<Entry>(
  value: unknown,
  at: string,
  expected: string,
  isEntry: (entry: unknown) => boolean,
): Entry[] {
  if (!Array.isArray(value)) throw mismatch(at, value, "a list");
  const wrong = value.findIndex((entry) => !isEntry(entry));
  if (wrong === -1) return value;
  throw mismatch(`${at}.${wrong}`, value[wrong], expected);
}

function isInt(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function mismatch(at: string, value: unknown, expected: string): ShapeFault {
  return new ShapeFault(at, value === undefined ? "is missing" : `must be ${expected}`);
}
