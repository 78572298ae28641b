import type { Transition } from "../chart/chart.ts";
import { column, type Exit, row, within } from "../layout/arrangement.ts";
import type { FigureEdge, Tone } from "./figure.ts";
import type { View } from "./view.ts";

const opening = within(
  "opening",
  column(
    ["choice", row(["spawning", "connecting"], { gap: 2 }), "initializing", "fetchingConfig"],
    {
      align: "center",
    },
  ),
);

const closed = within(
  "closed",
  column([row(["idle", "dormant"], { gap: 4 }), row(["reconnecting", "coolingDown"], { gap: 4 })], {
    gap: 4,
  }),
);

const ready = within(
  "ready",
  column([row(["ready.initial", "ready.waiting"]), "ready.invoking", "ready.draining"]),
);

const leaving = column(["closing", "stopping", "terminated", "legend"], { gap: 4 });

const left: Exit = { side: "left", label: "right" };
const right: Exit = { side: "right", label: "right" };
const up: Exit = { side: "top", label: "right" };
const down: Exit = { side: "bottom", label: "right" };

/** In the order in which they stand at their side */
const exits: Readonly<Record<string, Exit>> = {
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
  "ready.invoking→ready.waiting": up,
  "closing→choice": right,
  "closing→dormant": right,
  "closing→stopping": down,
  "stopping→terminated": down,
  "stopping→terminated:failure": down,
};

const exitOf = ({ id }: FigureEdge): Exit => exits[id] ?? right;

const failures = /^(?:session\.lost|hooks\.overdue|\w+Timeout|\w+Limit)$/;
const wishes = /^plugin\.(?:stop|reconnect|idled)$/;

function toneOf(transition: Transition): Tone {
  const { source, name, targets } = transition;
  if (targets.some((target) => target === "spawning" || target === "connecting")) return "way";
  if (source === "closing" && targets.length > 0)
    return targets[0] === "dormant" || name === "plugin.stop" ? "wish" : "failure";
  if (failures.test(name)) return "failure";
  return wishes.test(name) || source === "stopping" ? "wish" : "way";
}

export const pluginConnectionView: View = {
  title: "pluginConnection",
  frames: [
    {
      id: "opening",
      title: "opening",
      states: ["spawning", "connecting", "initializing", "fetchingConfig"],
    },
    {
      id: "closed",
      title: "nothing is open",
      states: ["idle", "reconnecting", "coolingDown", "dormant"],
    },
  ],
  choice: { guard: "isStdio", id: "choice", frame: "opening" },
  tone: toneOf,
  plan: {
    arrangement: column(
      [
        "heading",
        row([column([opening, row(["initial", closed], { gap: 3 })], { gap: 7 }), ready, leaving], {
          gap: 6,
        }),
      ],
      { gap: 2 },
    ),
    exitOf,
    margin: { left: 5, right: 5, top: 2, bottom: 5 },
  },
};
