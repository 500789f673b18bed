// What a benchmark case is, and what a run of it measured: the vocabulary shared by runner, table and report.
import type { ExactMethod } from "monge";
import type { Input } from "./inputs.ts";

/** How the cost reaches the solver. */
export type CostForm = "dense" | "points" | "grid";

/** A solver of somebody else, or ours by another method. */
export type Peer = "pot" | "linear_sum_assignment" | { readonly method: ExactMethod };

/** What a row has to reach. Ratios are CPU seconds of the peer / ours; aims are reported, never required. */
export interface Requirement {
  readonly ratio?: number;
  readonly aimRatio?: number;
  readonly aimSeconds?: number;
  readonly wasmMegabytes?: number;
}

export interface BenchCase {
  readonly name: string;
  readonly title: string;
  readonly input: () => Input;
  readonly cost: CostForm;
  /** The function that is called; default `"emd"`. */
  readonly calls?: "emd" | "assignment";
  readonly peer: Peer | null;
  readonly require: Requirement;
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
}

/** One call of a peer. */
export interface PeerRun {
  readonly cpu: number;
  readonly value: number;
  readonly optimal: boolean;
  readonly rssBytes: number;
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
  };
  readonly value: number;
  readonly wasmBytes: number;
  readonly rssBytes: number;
  readonly proof: Proof;
  readonly certified: boolean;
  readonly peer:
    | (Spread & {
        name: string;
        runs: number;
        rssBytes: number;
        value: number;
        difference: number;
        optimal: boolean;
        cut: boolean;
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

/** Whether an answer is proved optimal; where the cost is 0 the gap has an absolute floor. */
export function isProved(proof: Proof, status: string): boolean {
  const floor = 1e-14 * proof.largestCost * proof.mass;
  return (
    status === "optimal" &&
    proof.primalResidual <= proofLimits.primalResidual &&
    proof.dualInfeasibility <= proofLimits.dualInfeasibility * proof.largestCost &&
    (Math.abs(proof.relativeGap) <= proofLimits.gap || Math.abs(proof.gap) <= floor)
  );
}
