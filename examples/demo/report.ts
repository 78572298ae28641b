import type { FindingKind } from "../plugins/pii/finding.ts";

export type MaskedCounts = Partial<Record<FindingKind, number>>;

/**
 * How a hook call ended for its caller: the plugin let it pass as it was, changed it, or blocked it; or there is no answer,
 * and nobody knows whether it ran (`unknown`), or it failed otherwise.
 */
export type HookOutcome = "allowed" | "masked" | "blocked" | "unknown" | "failed";

export interface HookReport {
  readonly type: "hook";
  readonly plugin: string;
  readonly hook: string;
  /** `global_context.request_id`, unique within a run */
  readonly request: string;
  readonly subject: string;
  readonly outcome: HookOutcome;
  /** What was hidden, if anything was */
  readonly masked?: MaskedCounts;
  /** Of the rule that blocked, or of the error */
  readonly code?: string;
  readonly latencyMs: number;
}

export interface RecoveryReport {
  readonly type: "recovery";
  readonly plugin: string;
  /** Number of the opening that serves again */
  readonly generation: number;
  readonly downMs: number;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface SummaryReport {
  readonly type: "summary";
  readonly ok: boolean;
  readonly calls: number;
  readonly outcomes: Readonly<Partial<Record<HookOutcome, number>>>;
  readonly masked: MaskedCounts;
  /** Blocked calls by the code of the rule */
  readonly blocked: Readonly<Record<string, number>>;
  /** As the callers saw it, waiting included, by plugin */
  readonly latencyMs: Readonly<Record<string, { readonly p50: number; readonly p99: number }>>;
  readonly recoveries: readonly RecoveryReport[];
  readonly checks: readonly Check[];
  readonly childrenLeft: number;
  /** The file, if it was asked for */
  readonly ledger: string | null;
}

/** Everything that a run has to tell. Nothing of it holds personal data. */
export type DemoReport =
  | {
      readonly type: "start";
      readonly input: string;
      readonly documents: number;
      readonly toolCalls: number;
      readonly bytes: number;
      readonly seed: number;
    }
  | {
      readonly type: "process";
      readonly process: string;
      readonly event: "started" | "killed";
      readonly pid: number;
      /** What it was doing when it was killed */
      readonly during?: string;
    }
  | {
      readonly type: "state";
      readonly plugin: string;
      readonly from: string;
      readonly to: string;
      readonly generation: number;
    }
  | {
      readonly type: "retry";
      readonly plugin: string;
      readonly kind: "reconnecting" | "coolingDown";
      readonly inMs: number;
    }
  | {
      readonly type: "inspector";
      readonly event: "started" | "waiting";
      /** With the token in it: whoever has it can look on */
      readonly url: string;
    }
  | { readonly type: "interrupted"; readonly signal: string; readonly childrenLeft: number }
  | HookReport
  | RecoveryReport
  | SummaryReport;

/** What is going on now, for a line that changes in place. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Calls without an answer yet */
  readonly open: readonly { readonly subject: string; readonly since: number }[];
}

export interface Reporter {
  report(report: DemoReport): void;
  progress(progress: Progress): void;
  /** Nothing follows */
  close(): void;
}
