// Sliced transport between clouds that may weigh differently: creating and destroying mass costs Kullback-Leibler divergence.
// Sejourne, Vialard, Peyre, "Faster unbalanced optimal transport" (2022); Bonet et al., "Slicing unbalanced optimal transport" (2024).
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "../measure/weights.ts";
import type { DualityCertificate } from "../run/certificate.ts";
import type { Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type DirectionOptions, readDirections } from "./directions.ts";
import { type Relaxation, type RelaxedState, relaxedLines, relaxedStart, relaxedStep } from "./relaxedLines.ts";
import { readSlices, type SliceProblem } from "./slices.ts";

/** Options of {@link unbalancedSliced}. */
export interface UnbalancedSlicedOptions extends RunOptions, DirectionOptions {
  /**
   * Weight of the divergences KL(r | a) of both sides, > 0, in the unit of |x - y|^p; two numbers: one for either side, of which one may be
   * `Infinity`: that side keeps its masses.
   */
  readonly strength: number | { readonly source: number; readonly target: number };
  /**
   * `"shared"` (default): one pair of new masses for all directions, min SW_p^p(r, s) + KL. `"slices"`: each direction has its own, the mean
   * of unbalanced transport on the line.
   */
  readonly marginals?: "shared" | "slices";
  /** Masses of x, >= 0; default null: uniform with total 1. */
  readonly a?: Weights;
  /** Masses of y, >= 0; default null: uniform with total 1. */
  readonly b?: Weights;
  /** Exponent p of |x - y|^p, in [1, Infinity); default 2. */
  readonly p?: number;
  /** Duality gap relative to the value at which to stop; default 1e-4. */
  readonly tolerance?: number;
}

/** The answer of {@link unbalancedSliced}. */
export interface UnbalancedSlicedResult {
  /** The mean transport and both divergences, never rooted: an upper bound of the least along these directions. */
  readonly value: number;
  /** The transport alone, mean over the directions. */
  readonly transportCost: number;
  /** The new masses of x and of y; under `"slices"` their means over the directions. */
  readonly source: Float64Array;
  readonly target: Float64Array;
  /** Along each direction, for `"slices"` with its divergences. */
  readonly values: Float64Array;
  /** The directions, count x d. */
  readonly directions: Matrix;
  readonly report: Report;
  /** Primal and dual value along these directions, recomputed from the potentials. */
  certify(): DualityCertificate;
}

/**
 * Unbalanced sliced transport between clouds `x` (n x d) and `y` (m x d) by Frank and Wolfe's steps on the dual, each of which sorts nothing: the
 * clouds are sorted once, and every step is one pass over the atoms of each direction. The duality gap falls as 1 / steps.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `Unsupported` (both sides hard: that is `slicedWasserstein`).
 */
export interface UnbalancedSliced {
  (x: MatrixLike, y: MatrixLike, options: UnbalancedSlicedOptions): UnbalancedSlicedResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    x: MatrixLike,
    y: MatrixLike,
    options: UnbalancedSlicedOptions & { readonly signal?: AbortSignal },
  ): Promise<UnbalancedSlicedResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(x: MatrixLike, y: MatrixLike, options: UnbalancedSlicedOptions): Run<UnbalancedSlicedResult>;
}

/** Unbalanced sliced transport; see {@link UnbalancedSliced}. */
export const unbalancedSliced: UnbalancedSliced = /*#__PURE__*/ defineSolver<
  [MatrixLike, MatrixLike],
  UnbalancedSlicedOptions,
  UnbalancedSlicedResult
>(2, (control, [x, y], options) => {
  const relaxation = readStrength(options?.strength);
  const { marginals = "shared", tolerance = 1e-4, a = null, b = null, p } = options;
  if (marginals !== "shared" && marginals !== "slices")
    throw optionOutOfRange("marginals", marginals, 'Use "shared" or "slices".');
  if (!(tolerance >= 0)) throw optionOutOfRange("tolerance", tolerance, "Use a relative gap of at least 0.");
  const clouds = readSlices(x, y, { p });
  const [masses, others] = [massesOf(a, toMatrix(x, "x").rows, "a"), massesOf(b, toMatrix(y, "y").rows, "b")];
  const directions = readDirections(options, clouds.x.cols);
  return run(control, {
    clouds,
    directions,
    a: masses,
    b: others,
    relaxation,
    shared: marginals === "shared",
    tolerance,
  });
}) as UnbalancedSliced;

interface Problem {
  readonly clouds: SliceProblem;
  readonly directions: Matrix;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly relaxation: Relaxation;
  readonly shared: boolean;
  readonly tolerance: number;
}

function* run(
  control: RunControl<UnbalancedSlicedResult>,
  { clouds, directions, a, b, relaxation, shared, tolerance }: Problem,
): Generator<Progress, UnbalancedSlicedResult, void> {
  const lines = relaxedLines(clouds, directions);
  const groups = shared ? [lines] : lines.map((line) => [line]);
  let states = groups.map((group) => relaxedStart(group, a, b, relaxation));
  const share = 1 / states.length;
  const mean = (of: (state: RelaxedState) => number, over = states): number =>
    over.reduce((total, state) => total + share * of(state), 0);
  const average = (of: (state: RelaxedState) => Float64Array): Float64Array =>
    of(states[0]).map((_, i) => mean((state) => of(state)[i]));
  const relativeGap = (): number => {
    const primal = mean(({ primal: value }) => value);
    const gap = Math.max(0, primal - mean(({ dual }) => dual));
    return primal > 0 ? gap / primal : 0;
  };
  const answer = (status: Status, iterations: number): UnbalancedSlicedResult => ({
    value: mean(({ primal }) => primal),
    transportCost: mean(({ transport }) => transport),
    source: average(({ source }) => source),
    target: average(({ target }) => target),
    values: Float64Array.from(shared ? states[0].costs : states.map(({ primal }) => primal)),
    directions,
    report: {
      status,
      method: "frankWolfe",
      why: `${lines.length} directions, sorted once; each step is a transport along each between the masses that the potentials ask for`,
      backend: "js",
      iterations,
      error: relativeGap(),
      tolerance,
      massAdjustment: 1,
      elapsedMs: control.elapsedMs(),
      warnings: [],
    },
    certify: () => {
      const again = states.map(({ f, g }, k) => relaxedStart(groups[k], a, b, relaxation, f, g));
      const primal = mean((state) => state.primal, again);
      const dual = mean((state) => state.dual, again);
      const gap = primal - dual;
      const relative = primal > 0 ? gap / primal : 0;
      const feasible = { primalResidual: 0, dualInfeasibility: 0 };
      return { kind: "duality", problem: "unbalanced", primal, dual, gap, relativeGap: relative, ...feasible };
    },
  });
  let iterations = 0;
  let status: Status = "converged";
  control.offer(() => answer("stopped", iterations));
  while (relativeGap() > tolerance) {
    const stop = control.interrupted();
    if (stop !== null) {
      status = stop;
      break;
    }
    states = states.map((state, k) =>
      state.primal - state.dual > tolerance * state.primal ? relaxedStep(groups[k], a, b, relaxation, state) : state,
    );
    yield progress(++iterations, relativeGap(), control.elapsedMs());
  }
  return answer(status, iterations);
}

function progress(iteration: number, error: number, elapsedMs: number): Progress {
  return { phase: "unbalancedSliced", iteration, error, elapsedMs };
}

function readStrength(strength: UnbalancedSlicedOptions["strength"] | undefined): Relaxation {
  const { source, target } = typeof strength === "object" ? strength : { source: strength, target: strength };
  for (const value of [source, target]) {
    if (!(typeof value === "number" && value > 0))
      throw optionOutOfRange("strength", strength, "Use a number above 0, or { source, target }.");
  }
  if (source === Infinity && target === Infinity) {
    throw new OtError("Unsupported", "Both sides keep their masses.", {
      argument: "options.strength",
      seen: strength,
      cure: "Use slicedWasserstein, or a finite strength on one side.",
    });
  }
  return { source: source as number, target: target as number };
}

function massesOf(weights: Weights, n: number, argument: string): Float64Array {
  const masses = weights === null ? new Float64Array(n).fill(1 / n) : readWeights(weights, n, argument);
  if (sum(masses) > 0) return masses;
  throw new OtError("InvalidValue", `${argument} has no mass.`, {
    argument: `options.${argument}`,
    seen: 0,
    cure: "Give at least one atom of each side a mass.",
  });
}
