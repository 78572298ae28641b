import type { FindingKind } from "./finding.ts";
import { maskText } from "./mask-text.ts";

/** A JSON value without its personal data, and how often each kind was found. */
export interface MaskedValue {
  /** The value itself if nothing was found, else a copy */
  readonly value: unknown;
  readonly counts: Partial<Record<FindingKind, number>>;
}

type Container = Record<string, unknown> | unknown[];

/**
 * Hides the personal data in the strings, keys and whole numbers of a JSON value, at any depth. A number that is personal
 * data becomes a string.
 */
export function maskValue(value: unknown): MaskedValue {
  const steps = maskSteps(value);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** Does the same one string at a time, for those who have other things to do in between. */
export function* maskSteps(value: unknown): Generator<undefined, MaskedValue> {
  const counts: MaskedValue["counts"] = {};
  const root: unknown[] = [];
  // A list of what is still to do instead of recursion: the depth is the sender's choice.
  const pending: { readonly from: Container; readonly to: Container }[] = [
    { from: [value], to: root },
  ];
  for (let job = pending.pop(); job; job = pending.pop()) {
    const { from, to } = job;
    const uses = new Map<string, number>();
    for (const [key, child] of Object.entries(from)) {
      const newKey = Array.isArray(from) ? key : unusedKey(to, maskString(key, counts), uses);
      const copy = copyOf(child, counts);
      setOwn(to, newKey, copy);
      if (isContainer(child) && isContainer(copy)) pending.push({ from: child, to: copy });
      yield;
    }
  }
  return { value: Object.keys(counts).length === 0 ? value : root[0], counts };
}

/** The masked value; of a container an empty one, to be filled. */
function copyOf(value: unknown, counts: MaskedValue["counts"]): unknown {
  if (typeof value === "string") return maskString(value, counts);
  if (typeof value === "number") return maskNumber(value, counts);
  if (Array.isArray(value)) return [];
  return isContainer(value) ? {} : value;
}

function maskString(original: string, counts: MaskedValue["counts"]): string {
  const { text, findings } = maskText(original);
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
  return text;
}

/** Eleven digits: nothing shorter is looked for. */
const shortestNumber = 10_000_000_000;

function maskNumber(original: number, counts: MaskedValue["counts"]): number | string {
  if (!Number.isSafeInteger(original) || Math.abs(original) < shortestNumber) return original;
  const digits = String(original);
  const masked = maskString(digits, counts);
  return masked === digits ? original : masked;
}

/** Keys may look the same once they are masked; all must stay. `uses` saves trying the numbers that are taken. */
function unusedKey(container: Container, key: string, uses: Map<string, number>): string {
  let unused = key;
  let number = uses.get(key) ?? 1;
  while (Object.hasOwn(container, unused)) {
    number += 1;
    unused = `${key} (${number})`;
  }
  uses.set(key, number);
  return unused;
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
