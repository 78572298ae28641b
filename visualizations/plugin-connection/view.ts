import type { Transition } from "../chart/chart.ts";
import type { Tone } from "../figure/figure.ts";
import type { View } from "../figure/view.ts";

const openings: readonly string[] = ["spawning", "connecting"];

/** How the connection's statechart is shown, in every picture of it. */
export const pluginConnectionView: View = {
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
  choice: { id: "choice", guard: "isStdio", targets: openings, frame: "opening" },
  tone: toneOf,
};

const failures = /^(?:session\.lost|hooks\.overdue|\w+Timeout|\w+Limit)$/;
const wishes = /^plugin\.(?:stop|reconnect|idled)$/;

function toneOf({ source, name, targets }: Transition): Tone {
  const [target] = targets;
  // Whatever happened before: it opens.
  if (target !== undefined && openings.includes(target)) return "way";
  // What follows when the session is released depends on why it was.
  if (source === "closing" && target !== undefined)
    return target === "dormant" || target === "stopping" ? "wish" : "failure";
  if (failures.test(name)) return "failure";
  // Draining is on somebody's wish, and so is what it ends in.
  const isWish = wishes.test(name) || source === "stopping" || source === "ready.draining";
  return isWish ? "wish" : "way";
}
