export type TransportName = "stdio" | "http-json" | "http-sse";

/** What is measured at a time: all contenders against one server, with the same calls. */
export interface Cell {
  /** A file of `servers/` */
  readonly server: string;
  readonly transport: TransportName;
  /** Of a call's payload, and of its answer */
  readonly bytes: number;
  readonly callers: number;
}

export interface Plan {
  readonly cells: readonly Cell[];
  /** Most rounds of a cell. Every round is one slice of each contender, in turn */
  readonly rounds: number;
  readonly sliceMs: number;
  /**
   * For each contender, before its first cell with a server and transport: so many calls by one caller and by eight, but no
   * longer than the time for each. The compiler needs thousands of calls.
   */
  readonly warmUp: { readonly calls: number; readonly mostMs: number };
  /** For all cells together, warm-up aside. Each has an equal share of what is left, and at least one round */
  readonly budgetMs: number;
}

const transports: readonly TransportName[] = ["stdio", "http-json", "http-sse"];
const callers = [1, 8, 64];
const small = 300;

// 64 messages of a megabyte would measure how the queue's limits work.
const isSensible = ({ bytes, callers }: Cell): boolean => bytes * callers <= 8_000_000;

function cellsOf(server: string, sizes: readonly number[]): Cell[] {
  const cells = sizes.flatMap((bytes) =>
    transports.flatMap((transport) =>
      callers.map((callers) => ({ server, transport, bytes, callers })),
    ),
  );
  return cells.filter(isSensible);
}

/** Short, for a look: a minute or two. */
export const quick: Plan = {
  cells: cellsOf("fast", [small]),
  rounds: 7,
  sliceMs: 80,
  warmUp: { calls: 8_000, mostMs: 1_500 },
  budgetMs: 35_000,
};

/** For claims: ten minutes. */
export const full: Plan = {
  cells: [
    ...cellsOf("fast", [small, 100_000, 1_000_000]),
    ...cellsOf("sdk", [small]),
    ...cellsOf("own", [small]),
  ],
  rounds: 11,
  sliceMs: 250,
  warmUp: { calls: 20_000, mostMs: 3_000 },
  budgetMs: 400_000,
};

/** The cells whose description has all of these words, such as `stdio 64`, `http`, `sse` or `own http-json`. */
export function only(plan: Plan, text: string): Plan {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const cells = plan.cells.filter((cell) => {
    const known = wordsOf(cell);
    return words.every((word) => known.has(word));
  });
  return { ...plan, cells };
}

function wordsOf({ server, transport, bytes, callers }: Cell): Set<string> {
  return new Set([server, transport, ...transport.split("-"), `${bytes}`, `${callers}`]);
}
