/** How a plugin of the demonstration behaves. */
export interface DemoManner {
  readonly name: string;
  readonly leastMs: number;
  readonly mostMs: number;
  /** Share of the calls in which the process is killed */
  readonly deadly: number;
}

export const mannerArgs = ({ name, leastMs, mostMs, deadly }: DemoManner): string[] =>
  [name, leastMs, mostMs, deadly].map(String);

export function readManner([name = "", leastMs, mostMs, deadly]: readonly string[]): DemoManner {
  return { name, leastMs: Number(leastMs), mostMs: Number(mostMs), deadly: Number(deadly) };
}
