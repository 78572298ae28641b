export type { Cue, Point } from "./cues.ts";
export { at, onCall, onCallAfter, onConfig, onHandshake, onOpen, withChance } from "./cues.ts";
export type {
  DieOptions,
  Fault,
  FaultKind,
  Garbling,
  Moment,
  RefuseOptions,
  StatusOptions,
} from "./faults.ts";
export {
  answerWith,
  change,
  cut,
  delay,
  die,
  duplicate,
  freeze,
  garble,
  hang,
  loseSession,
  print,
  refuse,
  resist,
  rpcError,
  speak,
  split,
  status,
} from "./faults.ts";
export { seededRandom } from "./seeded-random.ts";
export type { SimulatedWorld, Simulation, SimulationOptions } from "./simulate-plugin.ts";
export { simulatePlugin } from "./simulate-plugin.ts";
export { SimulatedClock } from "./simulated-clock.ts";
export type { RunEnd, WorldEvent } from "./world-events.ts";
