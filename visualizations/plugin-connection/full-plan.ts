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

const steps = [
  "choice",
  row(["spawning", "connecting"], { gap: 2 }),
  "initializing",
  "fetchingConfig",
];
const opening = within("opening", column(steps, { align: "center" }));

const closedRows = [
  row(["initial", "idle", "dormant"], { gap: 3, align: "end" }),
  row(["reconnecting", "coolingDown"], { gap: 4 }),
];
const closed = within("closed", column(closedRows, { gap: 4, align: "end" }));

const ready = within(
  "ready",
  column([
    column(["ready.initial", "ready.waiting"], { gap: 1 }),
    "ready.invoking",
    "ready.draining",
  ]),
);

const leaving = column(["closing", "stopping", "terminated", "legend"], { gap: 4 });

/** The life of a connection from left to right; what comes back goes around it. */
export const fullPlan: Plan = {
  arrangement: column(
    [
      "heading",
      row([row([column([opening, closed], { gap: 7 }), ready], { gap: 6 }), leaving], { gap: 8 }),
    ],
    { gap: 2 },
  ),
  exits: {
    "choice→spawning": left,
    "choice→connecting": right,
    "spawning→initializing": down,
    "spawning→closing:failure": down,
    "connecting→initializing": down,
    "connecting→closing:failure": down,
    "initializing→fetchingConfig": down,
    "idle→choice": up,
    "dormant→choice": up,
    "reconnecting→choice": up,
    "coolingDown→choice": up,
    "closed→choice": left,
    "ready.waiting→ready.invoking": down,
    "ready.initial→ready.waiting": down,
    "ready.invoking→ready.waiting": upAtEnd,
    "closing→stopping": down,
    "stopping→terminated": down,
    "stopping→terminated:failure": down,
  },
  widths: {
    initializing: 20,
    fetchingConfig: 20,
    terminated: 20,
    reconnecting: 14,
    "ready.waiting": 22,
    "ready.invoking": 22,
    "ready.draining": 22,
  },
  margin: { left: 5, right: 5, top: 2, bottom: 5 },
};
