// Quantized Gromov-Wasserstein transport: exact in the large, between anchors, and local within matched cells; for 10^4 atoms and more.
// Chowdhury, Miller, Needham (2021), "Quantized Gromov-Wasserstein".
import { type CostLike, toCost } from "../cost/cost.ts";
import { optionOutOfRange } from "../errors/otError.ts";
import { random } from "../linalg/random.ts";
import type { Weights } from "../measure/weights.ts";
import type { Plan } from "../plan/plan.ts";
import { sparsePlan } from "../plan/sparse.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type AnchorChoice, costOfAnchors, entriesBetween, type Partition, partition } from "./anchors.ts";
import { type GromovResult, gromovResult } from "./answer.ts";
import { descend, type MixedPlan, transportOracle } from "./conditionalGradient.ts";
import { descendFromStarts } from "./multiStart.ts";
import { type GromovOptions, readRun } from "./options.ts";
import { chooseEnergy, type FusedPart, type GromovProblem, readGromov } from "./problem.ts";
import { spread, type WithinCells } from "./spread.ts";
import { readStructure } from "./structure.ts";

/** Options of {@link quantizedGromovWasserstein}; `starts`, `tolerance` and the limits are those of the problem between the anchors. */
export interface QuantizedGromovOptions extends Omit<GromovOptions, "method" | "epsilon" | "initial"> {
  /** Anchors of both sides, or of each, at least 1; default 2 sqrt(atoms), at most 256. As many as atoms: the whole problem. */
  readonly anchors?: number | readonly [x: number, y: number];
  /**
   * How anchors are chosen: `"farthest"` (default), each the farthest from those before, the same on a turned or shuffled copy; `"kmeans++"`, drawn by
   * `seed` in proportion to mass times squared distance, which stray atoms disturb less.
   */
  readonly choice?: AnchorChoice;
  /**
   * How the atoms of matched cells are matched: `"anchors"` (default), by exact transport under the derivative of the objective as the anchors show it;
   * `"line"`, in the order of their distances from the anchors, as in the paper: faster, and blind to directions.
   */
  readonly within?: WithinCells;
  /**
   * Steps of the full conditional gradient from there, at least 0; default 0. Without a matrix between squared Euclidean structures;
   * others need n m numbers and n^2 m operations a step.
   */
  readonly refine?: number;
}

/** Options of {@link quantizedFusedGromovWasserstein}. */
export interface QuantizedFusedGromovOptions extends QuantizedGromovOptions {
  /** The weight of the structure term, in [0, 1]; default 0.5. */
  readonly alpha?: number;
}

/** A {@link GromovResult} that says by which anchors it was found. */
export interface QuantizedGromovResult extends GromovResult {
  /** Of x and of y: the atoms that are anchors, ascending. */
  readonly anchors: readonly [x: Int32Array, y: Int32Array];
  /** Of x and of y: for each atom the index of its anchor among the anchors. */
  readonly cells: readonly [x: Int32Array, y: Int32Array];
  /** The plan between the anchors, which carry the masses of their cells. */
  readonly anchorPlan: Plan;
}

/**
 * Gromov-Wasserstein transport for many atoms, approximately: a few anchors on either side, every atom with its nearest; the problem between the
 * anchors by {@link gromovWasserstein}; then each pair of matched cells by itself. Entries of `Cx` and `Cy` count as distances: small is near.
 *
 * The plan is sparse, at most n + m + 4 (anchors of x + anchors of y) entries, with the marginals a and b; `value` is the objective
 * of this plan over all atoms. No matrix is made of `cost.points`, under any ground, unless refined; memory is (n + m) x anchors.
 *
 * @param Cx a square matrix of distances, or `cost.points(x)`, or `cost.points(x, x, "euclidean")` with the same x twice
 * @param Cy the same for the other side
 * @param a masses of the atoms of x, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the atoms of y
 *
 * `report` is of the anchors' problem, or with `refine` of the full one: `"maxIterations"` where the steps ended before its tolerance was
 * reached. `certify().stationarityGap` is Infinity where it would take a product of large matrices.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface QuantizedGromovWasserstein {
  (Cx: CostLike, Cy: CostLike, a: Weights, b: Weights, options?: QuantizedGromovOptions): QuantizedGromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: QuantizedGromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<QuantizedGromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: QuantizedGromovOptions,
  ): Run<QuantizedGromovResult>;
}

/** Quantized Gromov-Wasserstein transport; see {@link QuantizedGromovWasserstein}. */
export const quantizedGromovWasserstein: QuantizedGromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, Weights, Weights],
  QuantizedGromovOptions,
  QuantizedGromovResult
>(4, (control, [Cx, Cy, a, b], options) => solveQuantized(control, Cx, Cy, a, b, null, options));

/**
 * The fused form: (1 - alpha) <M, P> + alpha sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl, M taken between anchors, then between the atoms of matched
 * cells; cells are of the structures alone. Otherwise as {@link QuantizedGromovWasserstein}. `M` is n x m, without forbidden pairs (`Unsupported`).
 */
export interface QuantizedFusedGromovWasserstein {
  (
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: QuantizedFusedGromovOptions,
  ): QuantizedGromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: QuantizedFusedGromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<QuantizedGromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: QuantizedFusedGromovOptions,
  ): Run<QuantizedGromovResult>;
}

/** Quantized fused Gromov-Wasserstein transport; see {@link QuantizedFusedGromovWasserstein}. */
export const quantizedFusedGromovWasserstein: QuantizedFusedGromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, CostLike, Weights, Weights],
  QuantizedFusedGromovOptions,
  QuantizedGromovResult
>(5, (control, [M, Cx, Cy, a, b], options) =>
  solveQuantized(control, Cx, Cy, a, b, { M, alpha: options.alpha }, options),
);

function solveQuantized(
  control: RunControl<QuantizedGromovResult>,
  Cx: CostLike,
  Cy: CostLike,
  a: Weights,
  b: Weights,
  fused: FusedPart | null,
  options: QuantizedGromovOptions,
): Generator<Progress, QuantizedGromovResult, void> {
  const [costX, costY] = [toCost(Cx), toCost(Cy)];
  const problem = readGromov(costX, costY, a, b, fused, options);
  const { choice = "farthest", within = "anchors", refine = 0 } = options;
  if (choice !== "farthest" && choice !== "kmeans++") {
    throw optionOutOfRange("choice", choice, 'Use "farthest" or "kmeans++".');
  }
  if (within !== "anchors" && within !== "line") throw optionOutOfRange("within", within, 'Use "anchors" or "line".');
  if (!(Number.isInteger(refine) && refine >= 0)) {
    throw optionOutOfRange("refine", refine, "Use a whole number of at least 0.");
  }
  const counts = anchorCounts(problem, options.anchors);
  const run = readRun(problem, { ...options, method: undefined, epsilon: undefined, initial: undefined });
  return (function* () {
    const stream = random(problem.seed);
    yield { phase: "anchors", iteration: 0, error: Infinity, elapsedMs: control.elapsedMs() };
    const x = partition(problem.x, problem.a, counts[0], choice, stream);
    const y = partition(problem.y, problem.b, counts[1], choice, stream);
    const { term } = problem;
    const between = term === null ? null : { ...term, cost: entriesBetween(term.cost, x.anchors, y.anchors) };
    const small: GromovProblem = {
      ...problem,
      x: readStructure(costOfAnchors(costX, x.anchors), "Cx"),
      y: readStructure(costOfAnchors(costY, y.anchors), "Cy"),
      a: x.masses,
      b: y.masses,
      term: between,
    };
    const full = (anchored: GromovResult): QuantizedGromovResult => spreadOut(problem, x, y, anchored, within);
    const anchored = yield* descendFromStarts(
      { ...control, offer: (snapshot) => control.offer(() => full(snapshot())), elsewhere: (work) => work() },
      small,
      run,
    );
    const answer = full(anchored);
    const goesOn = anchored.report.status === "converged" || anchored.report.status === "stalled";
    if (refine === 0 || problem.mass === 0 || !goesOn) return answer;
    return yield* refined(control, problem, answer, refine, run.tolerance);
  })();
}

/** Anchors of each side. Throws `InvalidValue`. */
function anchorCounts({ x, y }: GromovProblem, asked: QuantizedGromovOptions["anchors"]): readonly [number, number] {
  const counts = typeof asked === "number" ? [asked, asked] : asked;
  const [p, q] = counts ?? [x.n, y.n].map((atoms) => Math.min(256, Math.ceil(2 * Math.sqrt(atoms))));
  for (const count of [p, q]) {
    if (!(Number.isInteger(count) && count >= 1)) {
      throw optionOutOfRange("anchors", asked, "Use a whole number of at least 1, or one for each side.");
    }
  }
  return [Math.min(p, x.n), Math.min(q, y.n)];
}

/** The answer over all atoms that an answer between anchors leads to. */
function spreadOut(
  problem: GromovProblem,
  x: Partition,
  y: Partition,
  anchored: GromovResult,
  within: WithinCells,
): QuantizedGromovResult {
  const { report, starts } = anchored;
  const plan = sparsePlan(spread(problem, x, y, anchored.plan.toSparse(), within));
  const result = gromovResult(problem, {
    plan,
    starts,
    report: {
      ...report,
      method: "quantized",
      why: `${x.anchors.length} and ${y.anchors.length} anchors for ${x.cells.length} and ${y.cells.length} atoms; ${report.why}`,
    },
    epsilon: 0,
    expensive: isExpensive(problem),
  });
  return { ...result, anchors: [x.anchors, y.anchors], cells: [x.cells, y.cells], anchorPlan: anchored.plan };
}

/** Operations up to which a gradient by products of matrices is worth a certificate. */
const affordable = 2 ** 34;

function isExpensive({ x, y, loss }: GromovProblem): boolean {
  if (x.points !== null && y.points !== null && loss.name === "square") return false;
  return x.n * y.n * Math.max(x.n, y.n) > affordable;
}

/** Some steps of the full conditional gradient. */
function* refined(
  control: RunControl<QuantizedGromovResult>,
  problem: GromovProblem,
  answer: QuantizedGromovResult,
  steps: number,
  tolerance: number,
): Generator<Progress, QuantizedGromovResult, void> {
  const { energy, why, close } = chooseEnergy(problem);
  const { anchors, cells, anchorPlan } = answer;
  const first = answer.report.iterations;
  const exits = {
    elapsedMs: control.elapsedMs,
    interrupted: () => control.interrupted() ?? (taken >= steps ? ("maxIterations" as const) : null),
  };
  let taken = 0;
  const finish = ({ sparse }: MixedPlan, report: Partial<GromovResult["report"]>): QuantizedGromovResult => {
    const plan = sparsePlan(sparse);
    const finished = { ...answer.report, why: `${answer.report.why}; then ${why}`, ...report };
    return {
      ...gromovResult(problem, {
        plan,
        starts: answer.starts,
        report: { ...finished, elapsedMs: control.elapsedMs() },
        epsilon: 0,
        expensive: isExpensive(problem),
      }),
      anchors,
      cells,
      anchorPlan,
    };
  };
  try {
    const scale = Math.abs(energy.constant) + Math.abs(energy.productLinear());
    const descent = descend(
      energy,
      transportOracle(problem.a, problem.b, exits),
      answer.plan.toSparse(),
      { tolerance, scale, iteration: first },
      exits,
      (plan) => control.offer(() => finish(plan(), { status: "stopped", iterations: first + taken })),
    );
    for (;;) {
      const step = descent.next();
      if (step.done) {
        const { plan, status, error, iterations } = step.value;
        return finish(plan, { status, error: Number.isFinite(error) ? error : Infinity, iterations });
      }
      taken = step.value.iteration - first;
      yield step.value;
    }
  } finally {
    close();
  }
}
