// What the benchmark of domain adaptation measured.

/** The methods that both sides have. */
export const methods = ["exact", "sinkhorn", "groupLasso", "gaussian", "linearMapping"] as const;

/** One row: accuracies are means over the runs, seconds medians. */
export interface AdaptRow {
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  /** Accuracy of the nearest source sample's class, nothing moved. */
  readonly without: number;
  readonly methods: readonly {
    readonly method: (typeof methods)[number];
    readonly accuracy: number;
    readonly seconds: number;
    readonly peer: {
      readonly accuracy: number;
      readonly seconds: number;
      /** Ours less the peer's, mean over paired runs, with its standard error. */
      readonly difference: number;
      readonly standardError: number;
    } | null;
  }[];
}
