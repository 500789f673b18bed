// What the matching benchmark writes.

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
  readonly met: boolean;
  readonly failures: readonly number[];
}

/** The file of results. */
export interface MatchFile {
  readonly schema: 1;
  readonly machine: { readonly cpu: string; readonly node: string };
  readonly rows: readonly MatchRow[];
}
