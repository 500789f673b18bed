// Drift over a stream of batches: each is tested against a reference sample, and alarms are rationed.
// Alarms: p_t <= level (a rate of false alarms), or p_t <= 6 level / (pi t)^2, whose sum over all t is the level (Bonferroni, spent over time).
import { OtError } from "../errors/otError.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { KindOptions, SampleDistanceKind } from "./kinds.ts";
import { readSample, type SampleLike } from "./samples.ts";
import { twoSampleTest } from "./twoSampleTest.ts";

/** Options of {@link driftMonitor}. */
export interface DriftOptions extends KindOptions {
  /** Default `"energy"`. */
  readonly kind?: SampleDistanceKind;
  /** What `control` holds down, in (0, 1); default 0.05. */
  readonly level?: number;
  /**
   * `"rate"` (default): each batch without drift raises an alarm with at most this probability, one in 20 at 0.05. `"ever"`: any false alarm,
   * however long the stream, has at most this probability; small drifts are then seen later.
   */
  readonly control?: "rate" | "ever";
  /** Relabellings a batch at most, raised where the threshold needs more; default 999. Batches that are plainly alike need few. */
  readonly permutations?: number;
  /** Seed; default 0. */
  readonly seed?: number;
}

/** What is said of one batch. */
export interface DriftReport {
  /** 1 for the first batch. */
  readonly batch: number;
  readonly distance: number;
  readonly pValue: number;
  /** The p-value at or below which this batch raises an alarm. */
  readonly threshold: number;
  readonly alarm: boolean;
  /** Mean distance between random halves of the batch and of the reference. */
  readonly splitHalfBias: number;
}

/** A monitor: give it the batches in order. */
export interface DriftMonitor {
  /** Tests a batch (n x d, or n numbers, at least two). Throws `InvalidShape`, `InvalidValue`; such a batch does not count. */
  update(batch: SampleLike): DriftReport;
  /** All reports so far. */
  readonly reports: readonly DriftReport[];
}

/**
 * Watches a stream against the sample `reference`. The levels hold over references and batches together: a reference that is unlike its own
 * law raises alarms all the time, so take a large one.
 *
 * Throws `InvalidShape`, `InvalidValue`.
 */
export function driftMonitor(reference: SampleLike, options: DriftOptions = {}): DriftMonitor {
  const base: Matrix = readSample(reference, "reference");
  const { level = 0.05, control = "rate", permutations = 999, seed = 0 } = options;
  if (!(level > 0 && level < 1) || (control !== "rate" && control !== "ever")) {
    const argument = level > 0 && level < 1 ? "options.control" : "options.level";
    throw new OtError("InvalidValue", `${argument} is ${argument === "options.level" ? level : control}.`, {
      argument,
      seen: argument === "options.level" ? level : control,
      cure: 'Use a level between 0 and 1, and the control "rate" or "ever".',
    });
  }
  const reports: DriftReport[] = [];
  return {
    reports,
    update(batch) {
      const t = reports.length + 1;
      const threshold = control === "rate" ? level : (6 * level) / (Math.PI * t) ** 2;
      // A p-value is at least 1 / (1 + permutations): fewer could never raise an alarm.
      const needed = Math.max(permutations, Math.ceil(2 / threshold));
      const { statistic, pValue, splitHalfBias } = twoSampleTest(base, batch, {
        kind: options.kind,
        kernel: options.kernel,
        bandwidth: options.bandwidth,
        permutations: needed,
        enough: 20,
        seed: seed + t,
      });
      const report = { batch: t, distance: statistic, pValue, threshold, alarm: pValue <= threshold, splitHalfBias };
      reports.push(report);
      return report;
    },
  };
}
