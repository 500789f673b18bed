// Rates with their intervals, means and medians of runs.

/** The 95 % interval of a rate of k in n: Wilson (1927). */
export function wilson(k: number, n: number): [number, number] {
  const z = 1.96;
  const p = k / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
/** null of nothing. */
export const meanOrNull = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values));
/** The upper one of an even number. */
export const median = (values: readonly number[]): number => [...values].sort((p, q) => p - q)[values.length >> 1];

/** A share with so many digits. */
export function percent(value: number, digits = 0): string {
  return `${(100 * value).toFixed(digits)} %`;
}
