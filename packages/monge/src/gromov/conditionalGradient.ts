// Conditional gradients on a quadratic objective: towards the best plan under the gradient, by the exact step. Frank, Wolfe (1956); for
// Gromov-Wasserstein Vayer et al. (2019). Where the objective is concave (distances) every step goes all the way, from vertex to vertex.
import type { CostLike } from "../cost/cost.ts";
import { emd } from "../exact/emd.ts";
import { wasserstein1d } from "../exact/wasserstein1d.ts";
import { type SparseMatrix, sparseFromEntries } from "../linalg/sparse.ts";
import type { Potentials, Progress, Status } from "../run/options.ts";
import type { Run } from "../run/solver.ts";
import type { Energy, Gradient } from "./energy.ts";

/** Where a descent starts: a plan, or the product a (x) b / mass. */
export type StartPlan = SparseMatrix | "product";

/** A plan: `product` a (x) b / mass + sparse. */
export interface MixedPlan {
  readonly product: number;
  readonly sparse: SparseMatrix;
}

/** How a descent ended. */
export interface Descended {
  readonly plan: MixedPlan;
  /** The objective, as it was carried along. */
  readonly value: number;
  /** <gradient, P - V> over the best V, relative to `scale`. */
  readonly error: number;
  readonly iterations: number;
  readonly status: Status;
}

/** The exits of a run. */
export interface Exits {
  interrupted(): Status | null;
  elapsedMs(): number;
}

/**
 * What solves the linearised problem: the plan of least cost under a gradient, or null where the run was interrupted in it. `near`: the gradient
 * is much like the one before.
 */
export type Oracle = (gradient: Gradient, near: boolean) => Generator<Progress, SparseMatrix | null, void>;

/**
 * The relative gap below which potentials of the step before are worth starting from: above it the plan turns over, and repairing wrong
 * potentials was seen to take a hundred times as long as finding right ones.
 */
const near = 3e-3;
/** Iterations over which progress is judged. */
const patience = 100;

/**
 * Descends from `start`; `iteration` is the number that its count begins with. Converged: the gap is at most tolerance times scale.
 */
export function* descend<Image>(
  energy: Energy<Image>,
  oracle: Oracle,
  start: StartPlan,
  { tolerance, scale, iteration: first }: { tolerance: number; scale: number; iteration: number },
  exits: Exits,
  offer: (plan: MixedPlan) => void,
): Generator<Progress, Descended, void> {
  let plan: MixedPlan = start === "product" ? productPlan : { product: 0, sparse: start };
  let image = start === "product" ? energy.productImage() : energy.image(start);
  let linear = start === "product" ? energy.productLinear() : energy.linear(start);
  let square = start === "product" ? energy.productPair(image) : energy.pair(image, start);
  const allowed = Math.max(tolerance, 2e-15) * scale;
  const history: number[] = [];
  let error = Infinity;
  for (let iteration = first; ; ) {
    offer(plan);
    const value = energy.constant + linear + square / 2;
    history.push(value);
    const ended = (status: Status): Descended => ({ plan, value, error, iterations: iteration, status });
    const best = yield* oracle(energy.gradient(image), error < near);
    if (best === null) return ended(exits.interrupted() ?? "stopped");
    iteration++;
    const imageOfBest = energy.image(best);
    const linearOfBest = energy.linear(best);
    const cross = energy.pair(image, best);
    const squareOfBest = energy.pair(imageOfBest, best);
    const gap = linear + square - linearOfBest - cross;
    const curvature = squareOfBest - 2 * cross + square;
    error = scale > 0 ? Math.max(0, gap) / scale : 0;
    if (gap <= allowed) return ended("converged");
    if (history.length > patience && history[history.length - 1 - patience] - value <= 1e-13 * scale) {
      return ended("stalled");
    }
    const step = curvature > gap ? gap / curvature : 1;
    if (step === 1) {
      plan = { product: 0, sparse: best };
      [image, linear, square] = [imageOfBest, linearOfBest, squareOfBest];
    } else {
      plan = { product: (1 - step) * plan.product, sparse: mixed(plan.sparse, best, step) };
      image = energy.mix(image, imageOfBest, step);
      linear += step * (linearOfBest - linear);
      square = (1 - step) ** 2 * square + 2 * step * (1 - step) * cross + step ** 2 * squareOfBest;
    }
    yield { phase: "conditional gradient", iteration, error, primal: value, elapsedMs: exits.elapsedMs() };
    const status = exits.interrupted();
    if (status !== null) return { ...ended(status), plan, value: energy.constant + linear + square / 2 };
  }
}

/** The product alone. */
export const productPlan: MixedPlan = {
  product: 1,
  sparse: { rows: 0, cols: 0, rowPtr: new Int32Array(1), colIdx: new Int32Array(0), values: new Float64Array(0) },
};

/** (1 - step) P + step V. */
function mixed(P: SparseMatrix, V: SparseMatrix, step: number): SparseMatrix {
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  for (const [matrix, share] of [
    [P, 1 - step],
    [V, step],
  ] as const) {
    for (let row = 0; row < matrix.rows; row++) {
      for (let e = matrix.rowPtr[row]; e < matrix.rowPtr[row + 1]; e++) {
        i.push(row);
        j.push(matrix.colIdx[e]);
        mass.push(share * matrix.values[e]);
      }
    }
  }
  return sparseFromEntries(V.rows, V.cols, i, j, mass);
}

/** Exact transport between a and b under the gradients, each started from the potentials of the one before. */
export function transportOracle(a: Float64Array, b: Float64Array, exits: Exits): Oracle {
  let known: Potentials | null = null;
  return function* (gradient, near) {
    const { rows, columns, cost } = gradient;
    if ("kind" in cost && cost.kind === "points" && cost.x.cols === 1) {
      return wasserstein1d(cost.x.data, cost.y.data, { a, b, p: 2, massTolerance: 1e-6 }).plan.toSparse();
    }
    const warmStart = known === null || !near ? undefined : shifted(known, rows, columns, 1);
    const result = yield* inside(emd.steps(a, b, cost as CostLike, { warmStart }), exits);
    if (result === null) return null;
    known = shifted(result.potentials, rows, columns, -1);
    return result.plan.toSparse();
  };
}

function shifted(
  { f, g }: Potentials,
  rows: Float64Array | null,
  columns: Float64Array | null,
  sign: 1 | -1,
): Potentials {
  return {
    f: rows === null ? f : f.map((value, i) => value + sign * rows[i]),
    g: columns === null ? g : g.map((value, j) => value + sign * columns[j]),
  };
}

/** Runs another solver inside; null where the run around it is to stop. Yields under iteration 0: it counts none of ours. */
export function* inside<R>(run: Run<R>, exits: Exits, iteration = 0): Generator<Progress, R | null, void> {
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
    yield { phase: "linear problem", iteration, error: Infinity, elapsedMs: exits.elapsedMs() };
    if (exits.interrupted() === null) continue;
    run.return(undefined as never);
    return null;
  }
}
