import type { TraceHeader, TraceRecord } from "./record.ts";

/** What a page is told first, and anew when it has missed something. */
export interface FeedStart {
  readonly header: TraceHeader;
  readonly allowControl: boolean;
  /** Name of the trace that is to be shown instead of what follows */
  readonly trace: string | null;
  readonly now: number;
  /** The state of affairs before what follows */
  readonly records: readonly TraceRecord[];
  /** Number of the record that follows first. The host counts all that it has ever recorded */
  readonly next: number;
}
