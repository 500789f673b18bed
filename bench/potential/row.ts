// What the benchmark of potentials writes.

/** One training of one case. */
export interface PotentialRun {
  readonly seed: number;
  /** W1 by the critic on fresh samples: mean u(x) - mean u(y), as the paper measures; and with the penalty's correction, as the library reports. */
  readonly dual: number;
  readonly estimate: number;
  readonly standardError: number;
  /** Mean cosine of grad u and the true gradient at fresh points of the source. */
  readonly cosine: number;
  readonly slope: { readonly mean: number; readonly max: number };
  /** CPU seconds of the training. */
  readonly seconds: number;
}

/** One case. */
export interface PotentialRow {
  readonly name: string;
  readonly title: string;
  readonly net: string;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly penalty: number;
  /** W1 and its standard error over draws of the optimal plan. */
  readonly truth: { readonly value: number; readonly standardError: number };
  readonly runs: readonly PotentialRun[];
  /** Means over the runs: |dual / W1 - 1|, dual / W1, cosine. */
  readonly error: number;
  readonly ratio: number;
  readonly cosine: number;
  readonly require: { readonly error?: number; readonly cosine?: number; readonly ratio?: readonly [number, number] };
  readonly met: boolean;
  readonly date: string;
}

/** The file of results. */
export interface PotentialFile {
  readonly schema: 1;
  readonly machine: { readonly cpu: string; readonly node: string };
  readonly rows: readonly PotentialRow[];
}
