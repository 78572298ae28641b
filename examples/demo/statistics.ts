import type { FindingKind } from "../plugins/pii/finding.ts";
import type { DemoReport, HookReport, RecoveryReport, SummaryReport } from "./report.ts";

type Numbers = Omit<SummaryReport, "type" | "ok" | "checks" | "childrenLeft" | "ledger">;

/** Counts what is reported. */
export class Statistics {
  readonly #hooks: HookReport[] = [];
  readonly #recoveries: RecoveryReport[] = [];

  add(report: DemoReport): void {
    if (report.type === "hook") this.#hooks.push(report);
    if (report.type === "recovery") this.#recoveries.push(report);
  }

  numbers(): Numbers {
    const blocked = this.#hooks.filter(({ outcome }) => outcome === "blocked");
    const plugins = new Set(this.#hooks.map(({ plugin }) => plugin));
    return {
      calls: this.#hooks.length,
      outcomes: countBy(this.#hooks.map(({ outcome }) => outcome)),
      masked: this.#masked(),
      blocked: countBy(blocked.map(({ code = "" }) => code)),
      latencyMs: Object.fromEntries([...plugins].map((plugin) => [plugin, this.#latency(plugin)])),
      recoveries: this.#recoveries,
    };
  }

  #masked(): Partial<Record<FindingKind, number>> {
    const sums: Partial<Record<FindingKind, number>> = {};
    for (const { masked = {} } of this.#hooks)
      for (const [kind, count] of Object.entries(masked) as [FindingKind, number][])
        sums[kind] = (sums[kind] ?? 0) + count;
    return sums;
  }

  #latency(plugin: string): { p50: number; p99: number } {
    const sorted = this.#hooks
      .filter((hook) => hook.plugin === plugin)
      .map(({ latencyMs }) => latencyMs)
      .sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}

function countBy<Key extends string>(
  keys: readonly Key[],
): Partial<Record<Key, number>> & Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts as Partial<Record<Key, number>> & Record<string, number>;
}
