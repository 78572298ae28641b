import type { Round } from "./measure.ts";
import type { Cell } from "./plan.ts";
import { median, quantile, rounded } from "./statistics.ts";

/** How many times as fast as another contender: in the middle, and between which values half of the rounds lie. */
export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Measured {
  readonly callsPerSecond: number;
  readonly p50Us: number;
  /** Null if there were too few calls to say */
  readonly p99Us: number | null;
  /** CPU time of the client's process per call */
  readonly cpuUs: number;
  readonly timesSdk: Ratio | null;
  readonly timesBare: Ratio | null;
  /** From nothing to the first answer */
  readonly connectMs: number;
  readonly rounds: number;
  readonly calls: number;
}

export interface Failed {
  readonly error: string;
}

/** By contender; `sdk` is what the others are compared with. */
export interface Results {
  readonly sdk?: Measured | Failed;
  readonly [contender: string]: Measured | Failed | undefined;
}

export interface CellReport extends Cell {
  readonly results: Results;
}

export interface Report {
  readonly date: string;
  readonly elapsedSeconds: number;
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly cpus: number;
    readonly cpu: string;
  };
  /** Of what is compared */
  readonly versions: Readonly<Record<string, string>>;
  readonly contenders: readonly string[];
  /** Of the contenders' processes when they had done everything, in MB */
  readonly rssMb: Readonly<Record<string, number | null>>;
  readonly cells: readonly CellReport[];
}

/** What one contender did in a cell. */
export interface Performance {
  readonly connectMs: number;
  readonly rounds: readonly Round[];
}

export interface Rivals {
  readonly sdk: Performance | undefined;
  readonly bare: Performance | undefined;
}

const fewestForP99 = 100;

export function summarise(own: Performance, { sdk, bare }: Rivals): Measured {
  const latencies = own.rounds.flatMap(({ latenciesUs }) => latenciesUs).sort((a, b) => a - b);
  const cpuUs = median(own.rounds.map((round) => round.cpuUs / round.latenciesUs.length));
  return {
    callsPerSecond: rounded(median(own.rounds.map(rateOf)), 1),
    p50Us: quantile(latencies, 0.5),
    p99Us: latencies.length < fewestForP99 ? null : quantile(latencies, 0.99),
    cpuUs: rounded(cpuUs, 1),
    timesSdk: sdk ? ratio(own.rounds, sdk.rounds) : null,
    timesBare: bare ? ratio(own.rounds, bare.rounds) : null,
    connectMs: rounded(own.connectMs, 1),
    rounds: own.rounds.length,
    calls: latencies.length,
  };
}

// Round by round, since what slows down one slice mostly slows down its neighbours as well.
function ratio(own: readonly Round[], others: readonly Round[]): Ratio | null {
  const ratios = own.flatMap((round, at) => {
    const other = others[at];
    return other ? [rateOf(round) / rateOf(other)] : [];
  });
  if (ratios.length === 0) return null;
  ratios.sort((a, b) => a - b);
  return {
    median: rounded(median(ratios), 2),
    low: rounded(quantile(ratios, 0.25), 2),
    high: rounded(quantile(ratios, 0.75), 2),
  };
}

function rateOf({ latenciesUs, wallMs }: Round): number {
  return (latenciesUs.length / wallMs) * 1_000;
}
