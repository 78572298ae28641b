import type { Colour } from "./palette.ts";
import type { DemoReport, HookReport } from "./report.ts";
import { seconds } from "./time-text.ts";

/** Part of a line, with its colour. */
export type Part = readonly [Colour, string];

type Incident = Extract<DemoReport, { type: "process" | "state" | "retry" | "recovery" }>;

/** What happened to a plugin or a process; nothing, if it is not worth a line. */
export function incidentText(incident: Incident): readonly Part[] {
  switch (incident.type) {
    case "process":
      return [processText(incident)];
    case "state":
      return stateText(incident);
    case "retry":
      return incident.inMs < 1 ? [] : [["dim", `next attempt in ${Math.round(incident.inMs)} ms`]];
    case "recovery":
      return [["green", `serves again after ${seconds(incident.downMs)} s`]];
  }
}

/** What came of a call. */
export function outcomeText({ outcome, code = "", masked = {} }: HookReport): Part {
  switch (outcome) {
    case "allowed":
      return ["dim", "allowed"];
    case "masked": {
      const kinds = Object.entries(masked).map(([kind, count]) => `${count} ${kind}`);
      return ["green", `masked ${kinds.join(", ")}`];
    }
    case "blocked":
      return ["yellow", `blocked ${code}`];
    case "unknown":
      return ["red", `outcome unknown (${code})`];
    case "failed":
      return ["red", `failed ${code}`];
  }
}

function processText({ event, pid, during }: Extract<Incident, { type: "process" }>): Part {
  if (event === "started") return ["green", `started as process ${pid}`];
  const when = during === undefined ? "between two calls" : `in the middle of ${during}`;
  return ["red", `SIGKILL to process ${pid}, ${when}`];
}

const colours: Readonly<Record<string, Colour>> = {
  "ready.waiting": "green",
  "ready.invoking": "green",
  closing: "yellow",
  reconnecting: "yellow",
  coolingDown: "yellow",
};

function stateText({ from, to }: Extract<Incident, { type: "state" }>): Part[] {
  // These two flip with every call, and the calls have their own lines.
  if (from.startsWith("ready.") && to.startsWith("ready.")) return [];
  return [
    ["dim", `${from} → `],
    [colours[to] ?? "none", to],
  ];
}
