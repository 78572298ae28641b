import type { Transition } from "../chart/chart.ts";
import type { Tone } from "./figure.ts";

/** How a chart is shown: what the definition cannot say and a reader wants to see. It adds and hides nothing. */
export interface View {
  /** States drawn in a common frame, on which what all of them do alike is drawn once */
  readonly frames: readonly Frame[];
  /** A guard on which many transitions part ways; they meet at one choice point */
  readonly choice: Choice;
  readonly tone: (transition: Transition) => Tone;
}

export interface Choice {
  readonly id: string;
  readonly guard: string;
  /** Where it leads, where the guard holds and where it does not */
  readonly targets: readonly string[];
  /** In which it stands */
  readonly frame: string;
}

export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly states: readonly string[];
}
