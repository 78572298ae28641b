import type { Transition } from "../chart/chart.ts";
import type { Plan } from "../layout/place.ts";
import type { Tone } from "./figure.ts";

/** How a chart is shown: what the definition cannot say and a reader wants to see. It adds and hides nothing. */
export interface View {
  readonly title: string;
  /** States drawn in a common frame, on which what all of them do alike is drawn once */
  readonly frames: readonly Frame[];
  /** A guard on which many transitions part ways; they meet at one choice point */
  readonly choice: { readonly guard: string; readonly id: string; readonly frame: string };
  readonly tone: (transition: Transition) => Tone;
  readonly plan: Plan;
}

export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly states: readonly string[];
}
