import type { SettledCall, StepRecord } from "../../src/inspector/trace/record.ts";
import { bytes, duration, shownName } from "./format.ts";
import { type Entry, isFailure } from "./trace-store.ts";

/** What kind of thing a line is about; the filter goes by it. */
export type LineKind = "life" | "calls" | "failures" | "ignored";

/** An entry in words. */
export interface Line {
  readonly kind: LineKind;
  readonly event: string;
  readonly text: string;
}

export function lineOf(entry: Entry): Line {
  const { record, from, name } = entry;
  const kind = kindOf(entry);
  switch (record.kind) {
    case "attached":
      return { kind, event: "attached", text: attachedText(entry) };
    case "detached":
      return { kind, event: "detached", text: `${shownName(name)} is no longer watched` };
    case "step": {
      const text = [change(record, from), ...callTexts(record), exitText(record)]
        .filter((part) => part !== "")
        .join(" · ");
      return { kind, event: record.event, text: text || record.event };
    }
  }
}

/** A connection that was there already comes into view anew where the page has missed what happened. */
function attachedText({ record, name, from }: Entry): string {
  const state = record.kind === "attached" ? record.state : "";
  const shown = shownName(name);
  return from === null ? `${shown} is ${state}` : `Events were missed here. ${shown} is ${state}`;
}

export function kindOf({ record, from }: Entry): LineKind {
  if (record.kind !== "step") return "life";
  if (isFailure(record, from)) return "failures";
  if (record.state !== from && !(isReady(record.state) && isReady(from))) return "life";
  if (record.admitted ?? record.sent ?? record.settled ?? record.left) return "calls";
  return record.edges.length > 0 ? "life" : "ignored";
}

function change({ event, state, edges, link }: StepRecord, from: string | null): string {
  const fault = link?.fault ? ` (${link.fault.code} while ${link.fault.phase})` : "";
  if (state === from) return edges.length > 0 ? "" : `${event} has no effect in ${state}`;
  // At work and not at work: the calls say it.
  if (isReady(state) && isReady(from)) return "";
  return `${from ?? "?"} → ${state}${state === "closing" ? fault : ""} on ${event}`;
}

const isReady = (state: string | null): boolean =>
  state === "ready.waiting" || state === "ready.invoking";

const mostCalls = 3;

function callTexts({
  at,
  admitted = [],
  sent = [],
  settled = [],
  left = [],
}: StepRecord): string[] {
  const sentIds = new Set(sent.map(({ id }) => id));
  const ends = settled.map((call) => endText(call, at));
  const isSettled = new Set(settled.map(({ id }) => id));
  const begun = admitted
    .filter(({ id }) => !isSettled.has(id))
    .map(({ id, hook, bytes: size }) => {
      const way = sentIds.delete(id) ? "sent" : "queued";
      return `${hook} #${id} ${way} (${bytes(size)})`;
    });
  const back = left.filter((id) => !isSettled.has(id)).map((id) => `#${id} left the session`);
  const later = sent
    .filter(({ id }) => sentIds.has(id))
    .map(({ id, sends }) => `#${id} sent${sends > 1 ? " again" : ""}`);
  const all = [...ends, ...begun, ...back, ...later];
  return all.length <= mostCalls + 1
    ? all
    : [...all.slice(0, mostCalls), `and ${all.length - mostCalls} more`];
}

function endText(
  { hook, id, ok, code, outcome, queuedAt, sentAt }: SettledCall,
  at: number,
): string {
  if (!ok) return `${hook} #${id} failed: ${code ?? "?"}${outcome ? `, ${outcome}` : ""}`;
  const waited = queuedAt === null || sentAt === null ? 0 : sentAt - queuedAt;
  const ran = sentAt === null ? 0 : at - sentAt;
  const wait = waited >= 0.5 ? `waited ${duration(waited)}, ` : "";
  return `${hook} #${id} answered (${wait}ran ${duration(ran)})`;
}

function exitText({ process }: StepRecord): string {
  if (process?.pid != null) return `process ${process.pid}`;
  const exit = process?.exit;
  return exit ? `process ended: ${exit.signal ?? `exit ${exit.code}`}` : "";
}
