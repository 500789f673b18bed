// What a run of the benchmark of cohorts measured.
import type { Proportion } from "monge";

export interface CohortFile {
  readonly schema: 1;
  readonly machine: { readonly cpu: string; readonly node: string; readonly pot: string; readonly numpy: string };
  readonly data: string;
  /** Paired rounds on the same pairs: CPU seconds of one thread for a pair. */
  readonly rate: {
    readonly rounds: number;
    readonly pairsARound: number;
    readonly ours: readonly [median: number, min: number, max: number];
    readonly pot: readonly [median: number, min: number, max: number];
    readonly ratio: readonly [median: number, min: number, max: number];
    /** max |ours - POT's| / POT's. */
    readonly difference: number;
  };
  readonly groups: readonly [number, number];
  readonly relativeGap: number;
  readonly pValue: number;
  readonly effectSize: number;
  readonly nearest: Proportion;
  readonly neighbours: Proportion;
  readonly medoid: Proportion;
  readonly linear?: Proportion | null;
  /** A third of the images, judged by the others, on which k was chosen. */
  readonly heldOut?: (Proportion & { readonly k: number }) | null;
  readonly areaUnderCurve: number;
  /** Splits of normal images into two halves: the largest deviation of the p-values from uniform ones, and how many are at most 0.05. */
  readonly calibration: { readonly splits: number; readonly deviation: number; readonly rejected: Proportion };
  /** Samples of each size from both groups: how often p <= 0.05. */
  readonly power: readonly { readonly size: number; readonly rejected: Proportion }[];
}
