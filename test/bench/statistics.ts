/** The value below which this part of the values lies. Of none it is NaN. */
export function quantile(sorted: readonly number[], part: number): number {
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * part));
  return sorted[index] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  const right = sorted[upper] ?? Number.NaN;
  return sorted.length % 2 === 1 ? right : ((sorted[upper - 1] ?? Number.NaN) + right) / 2;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
