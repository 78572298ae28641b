import type { FindingKind } from "./finding.ts";
import { maskText } from "./mask-text.ts";

/** A JSON value without the personal data in its strings, and how often each kind was found. */
export interface MaskedValue {
  /** The value itself if nothing was found, else a copy */
  readonly value: unknown;
  readonly counts: Partial<Record<FindingKind, number>>;
}

type Container = Record<string, unknown> | unknown[];

/** Hides the personal data in all strings of a JSON value, at any depth. Keys stay as they are. */
export function maskValue(value: unknown): MaskedValue {
  const counts: MaskedValue["counts"] = {};
  const root: Container = [value];
  // A list of what is still to do instead of recursion: the depth is the sender's choice.
  const pending: Container[] = [root];
  for (let container = pending.pop(); container; container = pending.pop()) {
    for (const [key, child] of Object.entries(container)) {
      if (typeof child === "string") setOwn(container, key, maskString(child, counts));
      if (!isContainer(child)) continue;
      const copy = Array.isArray(child) ? [...child] : { ...child };
      setOwn(container, key, copy);
      pending.push(copy);
    }
  }
  return { value: Object.keys(counts).length === 0 ? value : root[0], counts };
}

function maskString(original: string, counts: MaskedValue["counts"]): string {
  const { text, findings } = maskText(original);
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
  return text;
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

/** Also for a key `__proto__`, which plain assignment would take for the prototype. */
function setOwn(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
