/** A mutant that does all that the machine does, and why. */
export interface Equivalence {
  readonly mutant: string;
  readonly because: string;
  /** The shortest way through the place that was changed */
  readonly trace: readonly string[];
}

const opening = ["start", "opened", "initialized", "configured"];

const finalStates =
  "XState stops the children of a machine that ends, so the session is dropped all the same";
const ofTheHost =
  "the machine does not read it: it is for whoever watches abandoned calls, see connection-port.ts";

/** Every mutant that survives must stand here, and every one that stands here must survive. */
export const equivalences: readonly Equivalence[] = [
  {
    mutant: "closing/session.closed/5: without dropSession",
    because: finalStates,
    trace: ["start", "failed", "closed"],
  },
  {
    mutant: "closing/after.closeLimit/4: without dropSession",
    because: finalStates,
    trace: ["start", "failed", "after closeLimit"],
  },
  {
    mutant: "stopping/session.closed/0: without dropSession",
    because: finalStates,
    trace: [...opening, "stop", "closed"],
  },
  {
    mutant: "stopping/after.stopLimit/0: without dropSession",
    because: finalStates,
    trace: [...opening, "stop", "after stopLimit"],
  },
  {
    mutant: "setting abandonGraceMs: +1",
    because: ofTheHost,
    trace: [...opening, "invoke 1", "cancel 1"],
  },
  {
    mutant: "setting abandonGraceMs: -1",
    because: ofTheHost,
    trace: [...opening, "invoke 1", "cancel 1"],
  },
];
