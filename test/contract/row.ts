/** Tests that show something, by the file that they are in. In a name, `*` stands for any text. */
export interface Proof {
  readonly file: string;
  /** Names of blocks and of the test, joined by ` > ` */
  readonly test: string;
}

interface RowHead {
  /** As in the list of the reference's behaviours and flaws */
  readonly id: string;
  readonly says: string;
}

/** One behaviour of the reference, or one of its flaws. */
export type Row = KeptRow | DroppedRow;

export interface KeptRow extends RowHead {
  readonly proof: readonly Proof[];
  /** What ours does instead, and why. Missing: it does the same */
  readonly differs?: string;
}

/** Something that has no counterpart here. */
export interface DroppedRow extends RowHead {
  readonly dropped: string;
}

/** Proofs in one file. */
export function by(file: string, ...tests: readonly string[]): Proof[] {
  return tests.map((test) => ({ file: `test/${file}.test.ts`, test }));
}
