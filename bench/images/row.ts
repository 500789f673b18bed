// What the benchmark of pictures measured.

/** Median, least and largest of the runs, CPU seconds. */
export interface Seconds {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One row. */
export interface ImageRow {
  readonly name: string;
  readonly title: string;
  readonly ours: Seconds | null;
  readonly peer: Seconds | null;
  /** What is said beside the times. */
  readonly measured: string;
  /** What has to hold; null: nothing is asked. */
  readonly requires: string | null;
  readonly met: boolean;
}
