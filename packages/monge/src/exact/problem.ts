// What every exact engine receives and returns: positive masses that balance, a cost, and a feasible answer with potentials.
import type { Cost } from "../cost/cost.ts";
import type { Workspace } from "../kernels/workspace.ts";
import type { Progress, Status } from "../run/options.ts";

/** An exact problem after input was checked: only atoms with positive mass are left. */
export interface ExactProblem {
  readonly n: number;
  readonly m: number;
  /** Masses of the rows, all > 0; the sums of `a` and `b` agree to rounding. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** The caller's cost, over all atoms. */
  readonly cost: Cost;
  /** Index in `cost` of each row and column here; null means the identity. */
  readonly rows: Int32Array | null;
  readonly cols: Int32Array | null;
  /** Every row and every column has the same mass and n = m: an assignment. */
  readonly uniform: boolean;
  /** Potentials to start from, indexed as here, or null. */
  readonly warmStart: { readonly f: Float64Array; readonly g: Float64Array } | null;
}

/** The exits that the driver offers an engine: asked after each yield. */
export interface Control {
  readonly maxIterations: number;
  /** The status to stop with now, or null to go on. */
  interrupted(): Status | null;
  /** Tells the driver how to make an answer (status "stopped") of the present state without disturbing it; called once, before the first yield. */
  offer(snapshot: () => ExactAnswer): void;
  /** Milliseconds since the call, for Progress. */
  elapsedMs(): number;
}

/** A plan by its entries, potentials and how the run ended, all indexed like the {@link ExactProblem}. */
export interface ExactAnswer {
  readonly status: Status;
  /** Pivots, augmentations or relabels, as the engine's summary says. */
  readonly iterations: number;
  /** Entry k moves mass[k] > 0 from row i[k] to column j[k]. */
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly mass: Float64Array;
  readonly f: Float64Array;
  readonly g: Float64Array;
}

/** One engine: a row of the table from which `emd` chooses. */
export interface Engine {
  readonly name: string;
  readonly summary: string;
  /** Null where the engine can solve the problem, otherwise the reason why not. */
  refuses(problem: ExactProblem): string | null;
  run(problem: ExactProblem, workspace: Workspace, control: Control): Generator<Progress, ExactAnswer, void>;
}

/** The answer where there is no mass to move. */
export const nothing: ExactAnswer = {
  status: "optimal",
  iterations: 0,
  i: new Int32Array(0),
  j: new Int32Array(0),
  mass: new Float64Array(0),
  f: new Float64Array(0),
  g: new Float64Array(0),
};

/** An `offer` that may be called again, each time with a better snapshot: the driver asks for the latest. */
export function latestOffer(control: Control): Control["offer"] {
  let latest: (() => ExactAnswer) | null = null;
  return (snapshot) => {
    if (latest === null) control.offer(() => (latest ?? snapshot)());
    latest = snapshot;
  };
}
