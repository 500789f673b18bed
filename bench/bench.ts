// What a benchmark case is, and what a run of it measured: the vocabulary shared by runner, table and report.
import type { ExactMethod } from "monge";
import type { Input } from "./inputs.ts";

/** How the cost reaches the solver. */
export type CostForm = "dense" | "points" | "grid";

/** The function of ours that a case calls. */
export type Call = "emd" | "assignment" | "sinkhorn" | "gromov" | "sliced";

/** A solver of somebody else (see bench/peers), or ours by another method. */
export type Peer = string | { readonly method: ExactMethod };

/** How often a case iterates: CPU seconds are then those of one iteration, (T(many) - T(few)) / (many - few). */
export interface PerIteration {
  readonly few: number;
  readonly many: number;
}

/** What a row has to reach. Ratios are CPU seconds of the peer / ours; aims are reported, never required. */
export interface Requirement {
  readonly ratio?: number;
  readonly aimRatio?: number;
  readonly aimSeconds?: number;
  readonly wasmMegabytes?: number;
  /** A limit in CPU seconds. */
  readonly seconds?: number;
  /** A limit of the whole process's memory. */
  readonly rssMegabytes?: number;
  /** Where optima are local: our value is at most the peer's, to six digits. */
  readonly notWorse?: boolean;
}

export interface BenchCase {
  readonly name: string;
  readonly title: string;
  readonly input: () => Input;
  readonly cost: CostForm;
  /** The function that is called; default `"emd"`. */
  readonly calls?: Call;
  /** Options of the call, as JSON; the peers read `relativeEpsilon`, `tolerance` and `penalty` from them. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly perIteration?: PerIteration;
  /** One peer; of a list, the fastest that reaches the tolerance. */
  readonly peer: Peer | null | readonly string[];
  readonly require: Requirement;
  /** Ours with the relaxed-SIMD build of the kernels, on a newer Node from npm. */
  readonly relaxed?: boolean;
  /** Runs only with --full. */
  readonly full?: boolean;
  /** Runs with --quick. */
  readonly quick?: boolean;
}

/** One call of ours, as its process reports it. */
export interface OurRun {
  readonly cpu: number;
  readonly value: number;
  readonly status: string;
  readonly method: string;
  readonly backend: string;
  readonly iterations: number;
  readonly why: string;
}

/** One call of a peer. */
export interface PeerRun {
  readonly cpu: number;
  readonly value: number;
  readonly optimal: boolean;
  readonly rssBytes: number;
}

/** What a first, unmeasured run of an iterative peer found out. */
export interface Calibration {
  /** Iterations that one run takes, and the L1 error of both marginals that they reach; null: not finite. */
  readonly iterations: number;
  readonly error: number | null;
  /** CPU seconds of a run; where it was cut, the seconds to the tolerance at the rate of its last half, if it fell. */
  readonly cpu: number | null;
  readonly cut: boolean;
}

/** The certificate of our last answer, timed apart. */
export interface Proof {
  readonly cpu: number;
  readonly primal: number;
  readonly dual: number;
  readonly relativeGap: number;
  readonly gap: number;
  /** Relative to the mass. */
  readonly primalResidual: number;
  readonly dualInfeasibility: number;
  /** max |C|, the unit of dualInfeasibility, or a little less. */
  readonly largestCost: number;
  readonly mass: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One row of the results. */
export interface BenchResult {
  readonly name: string;
  readonly title: string;
  readonly require: Requirement;
  readonly date: string;
  readonly load: readonly number[];
  readonly ours: Spread & {
    runs: number;
    first: number;
    status: string;
    method: string;
    backend: string;
    iterations: number;
    /** Why the solver went about it as it did. */
    why?: string;
  };
  readonly value: number;
  readonly wasmBytes: number;
  readonly rssBytes: number;
  /** Null where single iterations are measured, and where the answer is a mean over random slices. */
  readonly proof: Proof | null;
  readonly certified: boolean | null;
  readonly peer:
    | (Spread & {
        name: string;
        runs: number;
        rssBytes: number;
        value: number;
        difference: number;
        optimal: boolean;
        cut: boolean;
        /** Whether its seconds are those it would have taken, at the rate it had when it was cut. */
        extrapolated?: boolean;
        /** All peers that were tried, where there was a choice. */
        tried?: Readonly<Record<string, Calibration>>;
      })
    | null;
  /** Ratio of the medians, and median of the ratios of neighbouring runs; lower bounds where the peer was cut. */
  readonly ratio: number | null;
  readonly pairedRatio: number | null;
  readonly verdict: readonly string[];
  readonly met: boolean;
}

export interface BenchFile {
  readonly schema: 1;
  readonly family: string;
  readonly protocol: string;
  readonly machine: { cpu: string; cores: number; memoryBytes: number; platform: string; node: string };
  readonly peers: Readonly<Record<string, string>>;
  readonly results: readonly BenchResult[];
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((p, q) => p - q);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** What counts as proved: residuals relative to the mass and to the largest cost, gap relative to sum P |C|. */
export const proofLimits = { primalResidual: 1e-12, dualInfeasibility: 1e-14, gap: 1e-10 } as const;

/**
 * Whether an answer is proved optimal; where the cost is 0 the gap has an absolute floor. An entropic answer is as good as its
 * tolerance: its gap is of the size of marginal error times potentials.
 */
export function isProved(proof: Proof, status: string, tolerance?: number): boolean {
  if (tolerance !== undefined) {
    const limit = 1.000001 * tolerance;
    const gap = limit * proof.largestCost * proof.mass;
    return status === "converged" && proof.primalResidual <= limit && Math.abs(proof.gap) <= gap;
  }
  const floor = 1e-14 * proof.largestCost * proof.mass;
  return (
    status === "optimal" &&
    proof.primalResidual <= proofLimits.primalResidual &&
    proof.dualInfeasibility <= proofLimits.dualInfeasibility * proof.largestCost &&
    (Math.abs(proof.relativeGap) <= proofLimits.gap || Math.abs(proof.gap) <= floor)
  );
}
