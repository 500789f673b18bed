// Conditional gradients on a quadratic objective: towards the best plan under the gradient, by the exact step. Frank, Wolfe (1956); for
// Gromov-Wasserstein Vayer et al. (2019). Where the objective is concave (distances) every step goes all the way, from vertex to vertex.
import type { CostLike } from "../cost/cost.ts";
import { emd } from "../exact/emd.ts";
import { wasserstein1d } from "../exact/line/wasserstein1d.ts";
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
 * is much like the one before; `iteration` is what its progress is told under.
 */
export type Oracle = (
  gradient: Gradient,
  near: boolean,
  iteration: number,
) => Generator<Progress, SparseMatrix | null, void>;

/**
 * The relative gap below which potentials of the step before are worth starting from: above it the plan turns over, and repairing wrong
 * potentials was seen to take a hundred times as long as finding right ones.
 */
const near = 1e-3;
/** Iterations over which progress is judged. */
const patience = 100;

/** A plan that the present one is a mean of. */
interface Atom {
  readonly plan: StartPlan;
  readonly weight: number;
  readonly linear: number;
  /** <S(V), V>. */
  readonly square: number;
}

/**
 * Descends from `start`; `iteration` is the number that its count begins with. Converged: the gap is at most tolerance times scale. Where the
 * exact step ends between vertices, mass moves from the worst of those that the plan is made of to the new one (pairwise steps: Lacoste-Julien
 * and Jaggi 2015), without which the last digits take for ever.
 */
export function* descend<Image>(
  energy: Energy<Image>,
  oracle: Oracle,
  start: StartPlan,
  { tolerance, scale, iteration: first }: { tolerance: number; scale: number; iteration: number },
  exits: Exits,
  offer: (plan: () => MixedPlan) => void,
): Generator<Progress, Descended, void> {
  const imageOf = (plan: StartPlan): Image => (plan === "product" ? energy.productImage() : energy.image(plan));
  const linearOf = (plan: StartPlan): number => (plan === "product" ? energy.productLinear() : energy.linear(plan));
  const pairOf = (image: Image, plan: StartPlan): number =>
    plan === "product" ? energy.productPair(image) : energy.pair(image, plan);
  let image = imageOf(start);
  let linear = linearOf(start);
  let square = pairOf(image, start);
  let atoms: Atom[] = [{ plan: start, weight: 1, linear, square }];
  const allowed = Math.max(tolerance, 2e-15) * scale;
  const history: number[] = [];
  let error = Infinity;
  for (let iteration = first; ; ) {
    offer(() => compose(atoms));
    const value = energy.constant + linear + square / 2;
    history.push(value);
    const ended = (status: Status): Descended => ({
      plan: compose(atoms),
      value,
      error,
      iterations: iteration,
      status,
    });
    const best = yield* oracle(energy.gradient(image), error < near, iteration);
    if (best === null) return ended(exits.interrupted() ?? "stopped");
    iteration++;
    const imageOfBest = energy.image(best);
    const linearOfBest = energy.linear(best);
    const cross = energy.pair(image, best);
    const squareOfBest = energy.pair(imageOfBest, best);
    const gap = linear + square - linearOfBest - cross;
    const curvature = squareOfBest - 2 * cross + square;
    error = scale > 0 ? Math.max(0, gap) / scale : 0;
    // At a saddle, as the product between symmetric structures is, the gap is 0, and yet a whole step may lead down.
    if (gap <= allowed && gap - curvature / 2 <= allowed) return ended("converged");
    if (history.length > patience && history[history.length - 1 - patience] - value <= 1e-13 * scale) {
      return ended("stalled");
    }
    const added: Atom = { plan: best, weight: 1, linear: linearOfBest, square: squareOfBest };
    if (curvature <= gap) {
      atoms = [added];
      [image, linear, square] = [imageOfBest, linearOfBest, squareOfBest];
    } else if (atoms.length === 1) {
      const step = gap / curvature;
      atoms = [...atoms.map((atom) => ({ ...atom, weight: (1 - step) * atom.weight })), { ...added, weight: step }];
      image = energy.combine(image, 1 - step, imageOfBest, step);
      linear += step * (linearOfBest - linear);
      square = (1 - step) ** 2 * square + 2 * step * (1 - step) * cross + step ** 2 * squareOfBest;
    } else {
      const slopes = atoms.map((atom) => atom.linear + pairOf(image, atom.plan));
      const worst = slopes.reduce((most, slope, k) => (slope > slopes[most] ? k : most), 0);
      const out = atoms[worst];
      const fall = slopes[worst] - linearOfBest - cross;
      const bend = squareOfBest - 2 * pairOf(imageOfBest, out.plan) + out.square;
      const step = bend * out.weight > fall ? fall / bend : out.weight;
      image = energy.combine(image, 1, imageOfBest, step);
      image = energy.combine(image, 1, imageOf(out.plan), -step);
      linear += step * (linearOfBest - out.linear);
      square += 2 * step * (cross - slopes[worst] + out.linear) + step ** 2 * bend;
      atoms = moved(atoms, worst, added, step);
    }
    yield { phase: "conditional gradient", iteration, error, primal: value, elapsedMs: exits.elapsedMs() };
    const status = exits.interrupted();
    if (status !== null) return { ...ended(status), value: energy.constant + linear + square / 2 };
  }
}

/** Moves `step` of the weight from one atom to another one, which may be there already. */
function moved(atoms: readonly Atom[], from: number, to: Atom, step: number): Atom[] {
  const known = atoms.findIndex(({ plan }) => isSame(plan, to.plan));
  const next = atoms.map((atom, k) => ({
    ...atom,
    weight: atom.weight - (k === from ? step : 0) + (k === known ? step : 0),
  }));
  if (known < 0) next.push({ ...to, weight: step });
  return next.filter(({ weight }, k) => k !== from || weight > 0);
}

function isSame(one: StartPlan, other: StartPlan): boolean {
  if (one === "product" || other === "product") return one === other;
  if (one.values.length !== other.values.length) return false;
  return one.colIdx.every((j, e) => j === other.colIdx[e]) && one.rowPtr.every((at, i) => at === other.rowPtr[i]);
}

/** The mean of the atoms. */
function compose(atoms: readonly Atom[]): MixedPlan {
  const product = atoms.reduce((total, { plan, weight }) => total + (plan === "product" ? weight : 0), 0);
  const parts = atoms.flatMap(({ plan, weight }) => (plan === "product" ? [] : [{ plan, weight }]));
  if (parts.length === 0) return productPlan;
  if (parts.length === 1 && product === 0) return { product, sparse: parts[0].plan };
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  for (const { plan, weight } of parts) {
    for (let row = 0; row < plan.rows; row++) {
      for (let e = plan.rowPtr[row]; e < plan.rowPtr[row + 1]; e++) {
        i.push(row);
        j.push(plan.colIdx[e]);
        mass.push(weight * plan.values[e]);
      }
    }
  }
  return { product, sparse: sparseFromEntries(parts[0].plan.rows, parts[0].plan.cols, i, j, mass) };
}

/** The product alone. */
export const productPlan: MixedPlan = {
  product: 1,
  sparse: { rows: 0, cols: 0, rowPtr: new Int32Array(1), colIdx: new Int32Array(0), values: new Float64Array(0) },
};

/** Exact transport between a and b under the gradients, each started from the potentials of the one before. */
export function transportOracle(a: Float64Array, b: Float64Array, exits: Exits): Oracle {
  let known: Potentials | null = null;
  return function* (gradient, near, iteration) {
    const { rows, columns, cost } = gradient;
    if ("kind" in cost && cost.kind === "points" && cost.x.cols === 1) {
      return wasserstein1d(cost.x.data, cost.y.data, { a, b, p: 2, massTolerance: 1e-6 }).plan.toSparse();
    }
    const warmStart = known === null || !near ? undefined : shifted(known, rows, columns, 1);
    const result = yield* inside(emd.steps(a, b, cost as CostLike, { warmStart }), exits, iteration);
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

/** Runs another solver inside; null where the run around it is to stop. It yields under the iteration of that run. */
export function* inside<R>(run: Run<R>, exits: Exits, iteration: number): Generator<Progress, R | null, void> {
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
    yield { phase: "linear problem", iteration, error: Infinity, elapsedMs: exits.elapsedMs() };
    if (exits.interrupted() === null) continue;
    run.return(undefined as never);
    return null;
  }
}
