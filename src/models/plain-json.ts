import { maxDepth } from "./json-limits.ts";
import { setOwn } from "./records.ts";
import { redacted } from "./redact.ts";

/** Says which value cannot be written as JSON, and why. Never the value itself. */
export class EncodeFault extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}

/** Whether `JSON.stringify` writes a value without losing any of it: only plain objects, lists, texts, numbers… */
export function isPlainJson(value: unknown, levels: number = maxDepth): boolean {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "undefined":
      return true;
    case "object":
      return value === null || isPlainContainer(value, levels);
    default:
      return false;
  }
}

function isPlainContainer(value: object, levels: number): boolean {
  if (levels === 0 || "toJSON" in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype)
    return (value as unknown[]).every((entry) => isPlainJson(entry, levels - 1));
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key of Object.keys(value)) {
    if (!isPlainJson((value as Record<string, unknown>)[key], levels - 1)) return false;
  }
  return true;
}

/**
 * A copy that `JSON.stringify` writes as it should be: what has a toJSON() is replaced by what that returns, a Set by a list.
 *
 * @throws EncodeFault where something cannot be written, or would be lost without a word
 */
export function toPlainJson(value: unknown, path: string): unknown {
  return copy(value, path, []);
}

function copy(value: unknown, path: string, within: readonly object[]): unknown {
  switch (typeof value) {
    case "bigint":
      throw new EncodeFault(path, "is a BigInt, which JSON does not have; pass it as a text");
    case "function":
    case "symbol":
      throw new EncodeFault(path, `is a ${typeof value}, which JSON does not have; leave it out`);
    case "object":
      return value === null ? null : copyObject(value, path, within);
    default:
      return value;
  }
}

function copyObject(value: object, path: string, within: readonly object[]): unknown {
  if (within.includes(value)) throw new EncodeFault(path, "refers back to what contains it");
  if (within.length === maxDepth)
    throw new EncodeFault(path, `nests more than ${maxDepth} levels of objects or lists`);
  const inside = [...within, value];
  const converted = convert(value, path);
  if (converted !== value) return copy(converted, path, inside);
  if (Array.isArray(value))
    return Array.from(value, (entry, index) => copy(entry, `${path}.${index}`, inside));
  if (value instanceof Set)
    return Array.from(value, (entry, index) => copy(entry, `${path}.${index}`, inside));
  refuseOpaque(value, path);
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    setOwn(plain, key, copy(readMember(value, key, path), memberPath(path, key), inside));
  }
  return plain;
}

/** What toJSON() makes of an object that has one; else the object itself, or what a wrapper wraps. */
function convert(value: object, path: string): unknown {
  try {
    const toJson: unknown = Reflect.get(value, "toJSON");
    if (typeof toJson === "function") return toJson.call(value, "");
  } catch {
    throw new EncodeFault(path, "has a toJSON() that throws");
  }
  const isWrapper = value instanceof Number || value instanceof String || value instanceof Boolean;
  return isWrapper ? value.valueOf() : value;
}

const opaque: readonly (abstract new (...args: never) => object)[] = [
  Map,
  WeakMap,
  WeakSet,
  WeakRef,
  Promise,
  RegExp,
  Error,
  ArrayBuffer,
  SharedArrayBuffer,
  DataView,
];

/** JSON.stringify writes these as `{}`: a plugin would judge something that is not what the host has. */
function refuseOpaque(value: object, path: string): void {
  const isOpaque = opaque.some((kind) => value instanceof kind) || ArrayBuffer.isView(value);
  if (!isOpaque && !isEmptyInstance(value)) return;
  const name = value instanceof Map ? "a Map" : `of the class ${value.constructor.name}`;
  const advice = value instanceof Map ? "Object.fromEntries() makes one" : "make one of it";
  throw new EncodeFault(path, `is ${name}, no plain object; ${advice}`);
}

/** Whether an object of a class has no members of its own: what it holds is elsewhere, as with Headers and generators. */
function isEmptyInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return !isPlain && Object.keys(value).length === 0;
}

export function readMember(from: object, key: string, path: string): unknown {
  try {
    return Reflect.get(from, key);
  } catch {
    throw new EncodeFault(memberPath(path, key), "cannot be read: its getter throws");
  }
}

const plainName = /^[\w$-]{1,40}$/;
const maxPathLength = 200;

/** A key may be data, such as an address: only what looks like a name is shown. */
function memberPath(path: string, key: string): string {
  if (path.length > maxPathLength) return path;
  const longer = `${path}.${plainName.test(key) ? key : redacted(key)}`;
  return longer.length > maxPathLength ? `${longer}…` : longer;
}
