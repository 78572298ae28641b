import { isRecord, setOwn } from "./records.ts";

/** A copy of JSON data that nobody can change. What is no JSON data is kept as it is. */
export function frozenCopy<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(copy));
  if (!isRecord(value)) return value;
  const copied: Record<string, unknown> = {};
  for (const key of Object.keys(value)) setOwn(copied, key, copy(value[key]));
  return Object.freeze(copied);
}
