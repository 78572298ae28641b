import type { Way } from "../figure/overview.ts";
import {
  column,
  down,
  left,
  type Plan,
  right,
  row,
  up,
  upAtEnd,
  within,
} from "../layout/arrangement.ts";

/** The good way, the losses, and the end. */
export const ways: readonly Way[] = [
  { from: "idle", to: "choice", of: ["plugin.start"], tone: "way" },
  { from: "choice", to: "spawning", of: ["[isStdio]"], words: "stdio", tone: "way" },
  { from: "choice", to: "connecting", of: ["[else]"], words: "HTTP", tone: "way" },
  { from: "spawning", to: "initializing", of: ["session.opened"], tone: "way" },
  { from: "connecting", to: "initializing", of: ["session.opened"], tone: "way" },
  { from: "initializing", to: "fetchingConfig", of: ["session.initialized"], tone: "way" },
  { from: "fetchingConfig", to: "ready", of: ["session.configured"], tone: "way" },
  { from: "ready.waiting", to: "ready.invoking", of: ["hook.invoke"], tone: "way" },
  { from: "ready.invoking", to: "ready.waiting", of: ["hooks.answered"], tone: "way" },
  {
    from: "ready.invoking",
    to: "ready.draining",
    of: ["[isGracefulStop]"],
    words: "plugin.stop with drainMs",
    tone: "wish",
  },
  {
    from: "ready.draining",
    to: "stopping",
    of: ["hooks.answered"],
    words: "last answer",
    tone: "wish",
  },
  {
    from: "ready.waiting",
    to: "closing",
    of: ["plugin.idled"],
    words: "idle too long",
    tone: "wish",
  },
  { from: "opening", to: "closing", of: ["session.lost"], tone: "failure" },
  { from: "ready", to: "closing", of: ["session.lost"], tone: "failure" },
  {
    from: "closing",
    to: "reconnecting",
    of: ["[hasAttemptsLeft]"],
    words: "attempts left",
    tone: "failure",
  },
  { from: "closing", to: "coolingDown", of: ["[else]"], words: "attempts spent", tone: "failure" },
  {
    from: "closing",
    to: "dormant",
    of: ["[isFallingAsleep]"],
    words: "asleep",
    tone: "wish",
  },
  { from: "closing", to: "terminated", of: ["[isFinal]"], words: "given up", tone: "failure" },
  { from: "reconnecting", to: "choice", of: ["after backoffDelay"], tone: "way" },
  { from: "coolingDown", to: "choice", of: ["after probeDelay"], tone: "way" },
  { from: "dormant", to: "choice", of: ["hook.invoke"], tone: "way" },
  { from: "ready", to: "stopping", of: ["plugin.stop"], tone: "wish" },
  { from: "stopping", to: "terminated", of: ["session.closed"], tone: "wish" },
];

const steps = [
  "choice",
  row(["spawning", "connecting"], { gap: 1 }),
  "initializing",
  "fetchingConfig",
];
const opening = within("opening", column(steps, { align: "center" }));

const closed = within(
  "closed",
  row(["initial", "idle", "reconnecting", "coolingDown", "dormant"], { gap: 2, align: "end" }),
);

const ready = within(
  "ready",
  column([
    column(["ready.initial", "ready.waiting"], { gap: 0 }),
    "ready.invoking",
    "ready.draining",
  ]),
);

export const overviewPlan: Plan = {
  arrangement: row(
    [
      column([row([opening, ready], { gap: 3 }), closed], { gap: 4 }),
      column(["closing", "stopping", "terminated"], { gap: 3 }),
    ],
    { gap: 4 },
  ),
  exits: {
    "choice→spawning": left,
    "choice→connecting": right,
    "spawning→initializing": down,
    "connecting→initializing": down,
    "initializing→fetchingConfig": down,
    "idle→choice": up,
    "dormant→choice": up,
    "reconnecting→choice": up,
    "coolingDown→choice": up,
    "ready.waiting→ready.invoking": down,
    "ready.initial→ready.waiting": down,
    "ready.invoking→ready.waiting": upAtEnd,
    "ready.invoking→ready.draining": down,
    "stopping→terminated": down,
  },
  widths: {
    "ready.waiting": 14,
    "ready.invoking": 14,
    "ready.draining": 14,
    closing: 9,
    stopping: 9,
    terminated: 9,
  },
  margin: { left: 3, right: 4, top: 2, bottom: 3 },
};
