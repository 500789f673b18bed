// What the matching benchmark writes, and whether it was quick enough.

/** What one case came to. */
export interface MatchRow {
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  readonly successes: number;
  /** Wilson's 95 % interval of the success rate. */
  readonly interval: readonly [number, number];
  readonly refused: number;
  readonly ambiguous: number;
  /** Status `converged` and a pose that is wrong by more than 3 degrees. */
  readonly confidentlyWrong: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly oraclePrecision: number | null;
  readonly oracleRecall: number | null;
  readonly groups: number | null;
  /** Median rotation error in degrees (affine: between the kernels). */
  readonly degrees: number | null;
  /** CPU seconds of a match: median and largest. */
  readonly seconds: readonly [number, number];
  /** All that is required but the time. */
  readonly met: boolean;
  readonly failures: readonly number[];
}

/** Whether the median time is within what is required; null where nothing is. Apart from `met`: a busy machine says nothing about correctness. */
export function inTime({ seconds }: MatchRow, required: number | undefined): boolean | null {
  return required === undefined ? null : seconds[0] <= required;
}

/** The file of results. */
export interface MatchFile {
  readonly schema: 1;
  readonly machine: { readonly cpu: string; readonly node: string };
  readonly rows: readonly MatchRow[];
}
