// Sinkhorn divergences: S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2, entropic transport without its bias.
// Genevay, Peyre and Cuturi (2018); Feydy et al. (2019); unbalanced: Sejourne et al. (2019).
import type { Ground } from "../../cost/ground.ts";
import type { MeasureLike } from "../../measure/between.ts";
import type { Weights } from "../../measure/weights.ts";
import type { AsyncOptions } from "../../run/options.ts";
import { defineSolver, type Run } from "../../run/solver.ts";
import { costsProblem, type DivergenceCosts, type DivergenceOptions, measuresProblem } from "./problem.ts";
import type { DivergenceResult } from "./result.ts";
import { divergenceRun } from "./run.ts";

/** Options of {@link sinkhornDivergence}. */
export interface MeasureDivergenceOptions extends DivergenceOptions {
  /** How two points are compared; default `"sqeuclidean"`. */
  readonly ground?: Ground;
}

/**
 * The Sinkhorn divergence between two measures: points, weighted points, or histograms.
 *
 * S = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2, where OT is the value of `sinkhorn`; unbalanced + (epsilon / 2) (m(a) - m(b))^2. It is 0,
 * to the bit, for a measure and itself, positive for others under |x - y|^p with 0 < p <= 2 (a warning in the report says where that is
 * not known), and tends to the exact transport cost as epsilon falls, to half of an energy distance, sum of (a - b)_i (b - a)_j c_ij,
 * as epsilon grows.
 *
 * Limits (`maxIterations`, ..) hold for each of the three problems; `report.status` is the worst of theirs.
 *
 * Throws what `sinkhorn` throws: `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `OutOfMemory`, ..
 */
export interface SinkhornDivergence {
  (source: MeasureLike, target: MeasureLike, options: MeasureDivergenceOptions): DivergenceResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    source: MeasureLike,
    target: MeasureLike,
    options: MeasureDivergenceOptions & AsyncOptions,
  ): Promise<DivergenceResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(source: MeasureLike, target: MeasureLike, options: MeasureDivergenceOptions): Run<DivergenceResult>;
}

/** The Sinkhorn divergence between measures; see {@link SinkhornDivergence}. */
export const sinkhornDivergence: SinkhornDivergence = /*#__PURE__*/ defineSolver<
  [MeasureLike, MeasureLike],
  MeasureDivergenceOptions,
  DivergenceResult
>(2, (control, [source, target], options) =>
  divergenceRun(control, measuresProblem(source, target, options.ground ?? "sqeuclidean"), options),
) as SinkhornDivergence;

/**
 * The Sinkhorn divergence under any costs: between masses `a` (n) and `b` (m), with the costs between the sides and within each.
 *
 * @param a masses of the sources, >= 0; null: uniform
 * @param b masses of the targets
 * @param costs `xy` n x m, `xx` n x n, `yy` m x m, the last two symmetric
 *
 * Throws as {@link SinkhornDivergence} does, `InvalidShape` where the sizes of the costs do not fit.
 */
export interface DivergenceOfCosts {
  (a: Weights, b: Weights, costs: DivergenceCosts, options: DivergenceOptions): DivergenceResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    a: Weights,
    b: Weights,
    costs: DivergenceCosts,
    options: DivergenceOptions & AsyncOptions,
  ): Promise<DivergenceResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(a: Weights, b: Weights, costs: DivergenceCosts, options: DivergenceOptions): Run<DivergenceResult>;
}

/** The Sinkhorn divergence under any costs; see {@link DivergenceOfCosts}. */
export const divergenceOfCosts: DivergenceOfCosts = /*#__PURE__*/ defineSolver<
  [Weights, Weights, DivergenceCosts],
  DivergenceOptions,
  DivergenceResult
>(3, (control, [a, b, costs], options) =>
  divergenceRun(control, costsProblem(a, b, costs), options),
) as DivergenceOfCosts;
