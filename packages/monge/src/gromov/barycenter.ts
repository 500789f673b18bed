// Gromov-Wasserstein barycenters: the structure of given size that is nearest, on average, to several. Peyre, Cuturi, Solomon (2016), section 4;
// fused with features: Vayer et al. (2020). Plans and structure in turn: each plan by conditional gradients, the structure in closed form.
import { points } from "../cost/points.ts";
import { type Matrix, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { AsyncOptions, Progress, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, drain, type Run, type RunControl } from "../run/solver.ts";
import type { GromovResult } from "./answer.ts";
import { meanFeatures, meanStructure } from "./barycenterMean.ts";
import {
  type FeaturedStructureMeasure,
  type FusedGromovBarycenterOptions,
  type GromovBarycenterOptions,
  type MeanProblem,
  type Member,
  readMean,
  type StructureMeasure,
} from "./barycenterProblem.ts";
import type { GromovCertificate } from "./certificate.ts";
import { inside } from "./conditionalGradient.ts";
import { fusedGromovWasserstein, gromovWasserstein } from "./gromovWasserstein.ts";

/** A barycenter and the plans from it to each structure. */
export interface GromovBarycenterResult {
  /** The weighted mean of the (fused) Gromov-Wasserstein costs. */
  readonly value: number;
  /** size x size. */
  readonly structure: Matrix;
  /** size x d of a fused barycenter; null otherwise. */
  readonly features: Matrix | null;
  /** Plans from the barycenter (rows) to each structure. */
  readonly plans: readonly Plan[];
  readonly report: Report;
  /** The certificates of the plans: for the barycenter as it is, how stationary each is. The structure is the best for the plans. */
  certify(): readonly GromovCertificate[];
}

/**
 * The structure of `size` atoms that is nearest to `structures` on average: minimises sum_s weights_s GW(C, structure_s) over matrices C and
 * plans.
 *
 * A local optimum, which depends on where it starts (`initial`, `seed`): plans by conditional gradients from the plans before, then
 * C = sum_s weights_s P_s C_s P_s^T / (p p^T), under KL the exponential of the same mean of logarithms. The objective never rises.
 *
 * @param structures at least one, each with its masses
 *
 * A limit is no error: what is found so far is kept. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `OutOfMemory`,
 * `KernelUnavailable`.
 */
export interface GromovBarycenter {
  (structures: readonly StructureMeasure[], options: GromovBarycenterOptions): GromovBarycenterResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    structures: readonly StructureMeasure[],
    options: GromovBarycenterOptions & Pick<AsyncOptions, "signal">,
  ): Promise<GromovBarycenterResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(structures: readonly StructureMeasure[], options: GromovBarycenterOptions): Run<GromovBarycenterResult>;
}

/** Gromov-Wasserstein barycenters; see {@link GromovBarycenter}. */
export const gromovBarycenter: GromovBarycenter = /*#__PURE__*/ defineSolver<
  [readonly StructureMeasure[]],
  GromovBarycenterOptions,
  GromovBarycenterResult
>(1, (control, [structures], options) => alternate(control, readMean(structures, null, options))) as GromovBarycenter;

/**
 * The fused form: minimises sum_s weights_s [(1 - alpha) <M_s, P_s> + alpha sum L P_s P_s], M_s the squared distances of features, also over the
 * features of the barycenter, which are the means of those that its atoms are matched with. Otherwise as {@link GromovBarycenter}.
 */
export interface FusedGromovBarycenter {
  (structures: readonly FeaturedStructureMeasure[], options: FusedGromovBarycenterOptions): GromovBarycenterResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    structures: readonly FeaturedStructureMeasure[],
    options: FusedGromovBarycenterOptions & Pick<AsyncOptions, "signal">,
  ): Promise<GromovBarycenterResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    structures: readonly FeaturedStructureMeasure[],
    options: FusedGromovBarycenterOptions,
  ): Run<GromovBarycenterResult>;
}

/** Fused Gromov-Wasserstein barycenters; see {@link FusedGromovBarycenter}. */
export const fusedGromovBarycenter: FusedGromovBarycenter = /*#__PURE__*/ defineSolver<
  [readonly FeaturedStructureMeasure[]],
  FusedGromovBarycenterOptions,
  GromovBarycenterResult
>(1, (control, [structures], options) => {
  const features = structures.map((one, s) => toMatrix(one.features, `structures[${s}].features`));
  return alternate(control, readMean(structures, features, options));
}) as FusedGromovBarycenter;

interface State {
  readonly structure: Matrix;
  readonly features: Matrix | null;
  readonly results: readonly GromovResult[];
  readonly value: number;
}

function* alternate(
  control: RunControl<GromovBarycenterResult>,
  problem: MeanProblem,
): Generator<Progress, GromovBarycenterResult, void> {
  const { members, tolerance } = problem;
  let structure = problem.start;
  let features = problem.startFeatures;
  let state: State | null = null;
  let iterations = 0;
  let error = Infinity;
  const finish = (status: Status): GromovBarycenterResult =>
    answer(problem, state as State, status, iterations, error, control.elapsedMs());
  for (;;) {
    const results: GromovResult[] = [];
    let status: Status | null = null;
    for (const [s, member] of members.entries()) {
      const run = coupled(problem, member, structure, features, state?.results[s].plan);
      const found = yield* inside(run, control, iterations);
      if (found === null) {
        status = control.interrupted() ?? "stopped";
        break;
      }
      results.push(found);
    }
    if (status !== null) {
      if (state !== null) return finish(status);
      // Not even the first plans are known: those that are missing get one step.
      for (const member of members.slice(results.length))
        results.push(drain(coupled(problem, member, structure, features, undefined, 1)));
    }
    const value = sum(results.map((result, s) => members[s].weight * result.value));
    error = state === null ? Infinity : state.value > 0 ? Math.max(0, state.value - value) / state.value : 0;
    state = { structure, features, results, value };
    control.offer(() => finish("stopped"));
    iterations++;
    yield { phase: "barycenter", iteration: iterations, error, primal: value, elapsedMs: control.elapsedMs() };
    status ??= error <= tolerance ? "converged" : control.interrupted();
    if (status !== null) return finish(status);
    const plans = results.map(({ plan }) => plan);
    structure = meanStructure(problem, plans, structure);
    features = features === null ? null : meanFeatures(problem, plans, features);
  }
}

/** The coupling of the barycenter with one structure, from the plan before. */
function coupled(
  { masses, alpha, loss }: MeanProblem,
  member: Member,
  structure: Matrix,
  features: Matrix | null,
  initial: Plan | undefined,
  maxIterations?: number,
): Run<GromovResult> {
  const options = { loss, initial, maxIterations };
  if (features === null || member.features === null) {
    return gromovWasserstein.steps(structure, member.given, masses, member.masses, options);
  }
  const M = points(features, member.features);
  return fusedGromovWasserstein.steps(M, structure, member.given, masses, member.masses, { ...options, alpha });
}

function answer(
  { tolerance }: MeanProblem,
  { structure, features, results, value }: State,
  status: Status,
  iterations: number,
  error: number,
  elapsedMs: number,
): GromovBarycenterResult {
  return {
    value,
    structure,
    features,
    plans: results.map(({ plan }) => plan),
    report: {
      status,
      method: "conditionalGradient",
      why: "plans and structure in turn, each the best for the other",
      backend: "wasm-simd",
      iterations,
      error,
      tolerance,
      massAdjustment: 1,
      elapsedMs,
      warnings: [],
    },
    certify: () => results.map(({ certify }) => certify()),
  };
}
