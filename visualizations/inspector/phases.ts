import type { LeafState } from "../../src/inspector/trace/record.ts";

/** States in groups that people tell apart by colour, and by the word. */
export type Phase = "idle" | "opening" | "ready" | "closing" | "waiting" | "cooling" | "ended";

const phases: Readonly<Record<LeafState, Phase>> = {
  idle: "idle",
  spawning: "opening",
  connecting: "opening",
  initializing: "opening",
  fetchingConfig: "opening",
  "ready.waiting": "ready",
  "ready.invoking": "ready",
  "ready.draining": "ready",
  closing: "closing",
  reconnecting: "waiting",
  coolingDown: "cooling",
  dormant: "idle",
  stopping: "closing",
  terminated: "ended",
};

export const phaseOf = (state: LeafState): Phase => phases[state];
