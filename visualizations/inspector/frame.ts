import type { ConnectionModel, Model } from "../../src/inspector/trace/model.ts";
import type { TraceStore } from "./trace-store.ts";

/** A place in the past. Several records may be of one time: without a count it is after all of them. */
export interface Place {
  /** Ms of the trace */
  readonly at: number;
  /** How many records there were */
  readonly count?: number;
}

/** What the views show: one moment of a trace. */
export interface Frame {
  readonly store: TraceStore;
  readonly model: Model;
  /** Ms of the trace */
  readonly at: number;
  /** The moment is now, and goes on */
  readonly isLive: boolean;
  readonly selected: ConnectionModel | undefined;
  /** How many records there were at this moment */
  readonly count: number;
}

export interface View {
  show(frame: Frame): void;
}
