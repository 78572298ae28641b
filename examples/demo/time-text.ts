export function milliseconds(ms: number): string {
  return ms < 100 ? ms.toFixed(1) : ms.toFixed(0);
}

/** With milliseconds after the dot. */
export function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
