import type {
  At,
  Begun,
  Entry,
  Failed,
  Invoked,
  Merged,
  Ran,
  Sent,
  Succeeded,
  Told,
} from "./history.ts";

/** All that a history has of one call. */
export interface CallRecord {
  readonly key: string;
  readonly invoked: At<Invoked>;
  readonly sends: At<Sent>[];
  readonly runs: At<Ran>[];
  readonly begun: At<Begun>[];
  readonly ends: At<Succeeded | Failed>[];
  readonly told: At<Told>[];
  readonly merges: At<Merged>[];
}

/** The calls of a history, and what in it belongs to none. */
export function callRecords(entries: readonly Entry[]): {
  readonly calls: readonly CallRecord[];
  readonly strays: readonly Entry[];
} {
  const calls = new Map<string, CallRecord>();
  const strays: Entry[] = [];
  for (const entry of entries) {
    if (!("key" in entry)) continue;
    if (entry.ev === "invoke") calls.set(entry.key, newRecord(entry));
    else if (!take(calls.get(entry.key), entry)) strays.push(entry);
  }
  return { calls: [...calls.values()], strays };
}

function newRecord(invoked: At<Invoked>): CallRecord {
  const { key } = invoked;
  return { key, invoked, sends: [], runs: [], begun: [], ends: [], told: [], merges: [] };
}

function take(call: CallRecord | undefined, entry: Entry): boolean {
  if (call === undefined) return false;
  switch (entry.ev) {
    case "send":
    case "retry":
      call.sends.push(entry);
      break;
    case "run":
      call.runs.push(entry);
      break;
    case "begun":
      call.begun.push(entry);
      break;
    case "ok":
    case "fail":
    case "unknown":
      call.ends.push(entry);
      break;
    case "told":
      call.told.push(entry);
      break;
    case "merge":
      call.merges.push(entry);
      break;
  }
  return true;
}
