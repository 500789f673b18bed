// Alignment by transport: the rigid, similar or affine map of one weighted cloud that brings it nearest to another in W2.
//
// Plan and map in turn (iterative closest points with optimal transport in place of nearest neighbours): the plan exactly, the map by Procrustes (Kabsch
// 1976; Umeyama 1991) or least squares; from several turns, since W2 has local minima.
import { points } from "../cost/points.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { positiveEigen, spectral } from "../linalg/eigen.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { singular } from "../linalg/singular.ts";
import { multiply } from "../linalg/small.ts";
import { sum } from "../linalg/sum.ts";
import type { PointCloud } from "../measure/measure.ts";
import type { Plan } from "../plan/plan.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";

/** Options of {@link register}. */
export interface RegisterOptions extends RunOptions {
  /** What may be done to the moving cloud: turn and shift; scale as well; any linear map and shift. Default `"rigid"`. */
  readonly model?: "rigid" | "similarity" | "affine";
  /** Whether turns may mirror; default false. */
  readonly mirror?: boolean;
  /** Turns to start from: in 2-D evenly round the circle, else drawn at random (`seed`), the first being none; default 12. */
  readonly starts?: number;
  /** Points on which starts are compared, the heaviest cells of a coarser cloud; default 128. */
  readonly coarse?: number;
  /** Relative fall of the value in a round at which to stop; default 1e-9. */
  readonly tolerance?: number;
}

/** A map that aligns. */
export interface RegisterResult {
  /** d x d: y = A x + b. */
  readonly A: Matrix;
  readonly b: Float64Array;
  /** The size of A for a similarity, 1 for a rigid map, the d-th root of |det A| for an affine one. */
  readonly scale: number;
  /** Degrees from the first axis to the second, for d = 2 and no affine map; null otherwise. */
  readonly angle: number | null;
  /** Squared W2 between the moved cloud and the fixed one, masses scaled to 1. */
  readonly value: number;
  /** The same before: both as they are. */
  readonly before: number;
  /** The plan from the moving points (rows) to the fixed ones. */
  readonly plan: Plan;
  readonly status: Status;
  /** Rounds of the best start. */
  readonly iterations: number;
  /** The moved positions of any points (n x d). */
  apply(positions: Matrix): Matrix;
}

/**
 * Aligns the cloud `moving` with the cloud `fixed`.
 *
 * Weights are honoured, and scaled to one mass. All mass takes part: parts that one side lacks pull the map. A local optimum from the best of the starts.
 *
 * Throws `InvalidShape` (no points, different dimensions), `InvalidValue`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface Register {
  (moving: PointCloud, fixed: PointCloud, options?: RegisterOptions): RegisterResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    moving: PointCloud,
    fixed: PointCloud,
    options?: RegisterOptions & Pick<AsyncOptions, "signal">,
  ): Promise<RegisterResult>;
  /** The same by hand: iterate for progress. */
  steps(moving: PointCloud, fixed: PointCloud, options?: RegisterOptions): Run<RegisterResult>;
}

/** Alignment by transport; see {@link Register}. */
export const register: Register = /*#__PURE__*/ defineSolver<[PointCloud, PointCloud], RegisterOptions, RegisterResult>(
  2,
  (control, [moving, fixed], options) => {
    const { model = "rigid", mirror = false, starts = 12, coarse = 128, tolerance = 1e-9 } = options;
    if (!["rigid", "similarity", "affine"].includes(model))
      throw optionOutOfRange("model", model, 'Use "rigid", "similarity" or "affine".');
    for (const [name, value] of [
      ["starts", starts],
      ["coarse", coarse],
    ] as const)
      if (!(Number.isInteger(value) && value >= 1))
        throw optionOutOfRange(name, value, "Use a whole number of at least 1.");
    if (!(tolerance >= 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0.");
    const d = moving.points?.cols;
    if (!(d >= 1) || fixed.points?.cols !== d || moving.points.rows < 1 || fixed.points.rows < 1) {
      throw new OtError("InvalidShape", `The clouds have ${d} and ${fixed.points?.cols} coordinates a point.`, {
        argument: "fixed",
        seen: fixed.points?.cols,
        cure: "Pass two clouds (pointCloud) of one dimension, each with a point.",
      });
    }
    return run(control, cloudOf(moving), cloudOf(fixed), {
      model,
      mirror,
      starts,
      coarse,
      tolerance,
      seed: options.seed ?? 0,
    });
  },
) as Register;

interface Settings {
  readonly model: "rigid" | "similarity" | "affine";
  readonly mirror: boolean;
  readonly starts: number;
  readonly coarse: number;
  readonly tolerance: number;
  readonly seed: number;
}

/** Positions with masses that sum to 1. */
interface Cloud {
  readonly x: Float64Array;
  readonly a: Float64Array;
  readonly d: number;
}

interface Move {
  readonly A: Float64Array;
  readonly b: Float64Array;
}

function cloudOf({ points: { data, cols }, weights }: PointCloud): Cloud {
  const total = sum(weights);
  if (total > 0) return { x: Float64Array.from(data), a: weights.map((weight) => weight / total), d: cols };
  throw new OtError("InvalidValue", "A cloud has no mass.", {
    argument: "weights",
    seen: total,
    cure: "Give it a positive weight.",
  });
}

function* run(
  control: RunControl<RegisterResult>,
  moving: Cloud,
  fixed: Cloud,
  settings: Settings,
): Generator<Progress, RegisterResult, void> {
  const { d } = moving;
  const [small, smallFixed] = [thin(moving, settings.coarse), thin(fixed, settings.coarse)];
  let best: { move: Move; value: number } | null = null;
  let status: Status | null = null;
  for (const [k, turn] of turns(d, settings).entries()) {
    let move = started(small, smallFixed, turn, settings.model);
    let value = Infinity;
    for (let round = 0; round < 30; round++) {
      const next = improve(small, smallFixed, move, settings);
      yield { phase: `start ${k + 1}`, iteration: round, error: next.value, elapsedMs: control.elapsedMs() };
      status ??= control.interrupted();
      const fell = value - next.value;
      value = next.value;
      if (status !== null || !(fell > 1e-3 * value)) break;
      move = next.move;
    }
    if (best === null || value < best.value) best = { move, value };
    if (status !== null) break;
  }
  let move = (best as { move: Move }).move;
  let step = improve(moving, fixed, move, settings);
  let iterations = 0;
  while (status === null) {
    const next = improve(moving, fixed, step.move, settings);
    iterations++;
    yield { phase: "refine", iteration: iterations, error: next.value, elapsedMs: control.elapsedMs() };
    status = iterations >= control.maxIterations ? "maxIterations" : control.interrupted();
    const fell = step.value - next.value;
    if (fell >= 0) {
      move = step.move;
      step = next;
    }
    if (!(fell > settings.tolerance * Math.max(next.value, Number.MIN_VALUE))) status ??= "converged";
  }
  const { A, b } = move;
  const identity = new Float64Array(d * d);
  for (let k = 0; k < d; k++) identity[k * d + k] = 1;
  const { value: before } = improve(moving, fixed, { A: identity, b: new Float64Array(d) }, settings);
  const { values } = singular(A, d);
  return {
    A: { data: A, rows: d, cols: d },
    b,
    scale: values.reduce((product, value) => product * value, 1) ** (1 / d),
    angle: d === 2 && settings.model !== "affine" ? (Math.atan2(A[2], A[0]) * 180) / Math.PI : null,
    value: step.value,
    before,
    plan: step.plan,
    status: status ?? "converged",
    iterations,
    apply: ({ data, rows }) => ({ data: moved(Float64Array.from(data), { A, b }, d), rows, cols: d }),
  };
}

/** The plan under a move, its cost, and the best move for this plan. */
function improve(
  { x, a, d }: Cloud,
  fixed: Cloud,
  move: Move,
  { model, mirror }: Settings,
): { move: Move; value: number; plan: Plan } {
  const there = { data: moved(x, move, d), rows: a.length, cols: d };
  const y = { data: fixed.x, rows: fixed.a.length, cols: d };
  const { plan, value } = emd(a, fixed.a, points(there, y));
  const means = plan.barycentricMap(y).data;
  return { move: fit(x, means, a, d, model, mirror), value, plan };
}

/** min over maps of sum a_i |A x_i + b - z_i|^2. */
function fit(
  x: Float64Array,
  z: Float64Array,
  a: Float64Array,
  d: number,
  model: Settings["model"],
  mirror: boolean,
): Move {
  const [p, q] = [centre(x, a, d), centre(z, a, d)];
  const cross = new Float64Array(d * d);
  const own = new Float64Array(d * d);
  for (let i = 0; i < a.length; i++) {
    for (let r = 0; r < d; r++) {
      for (let c = 0; c < d; c++) {
        cross[r * d + c] += a[i] * (z[i * d + r] - q[r]) * (x[i * d + c] - p[c]);
        own[r * d + c] += a[i] * (x[i * d + r] - p[r]) * (x[i * d + c] - p[c]);
      }
    }
  }
  const A =
    model === "affine" ? leastSquares(cross, own, d) : procrustes(cross, own, d, model === "similarity", mirror);
  const b = q.map((value, r) => {
    let image = 0;
    for (let c = 0; c < d; c++) image += A[r * d + c] * p[c];
    return value - image;
  });
  return { A, b };
}

function leastSquares(cross: Float64Array, own: Float64Array, d: number): Float64Array {
  const spectrum = positiveEigen(own, d);
  const most = spectrum.values[0];
  return multiply(
    cross,
    spectral(spectrum, (value) => (value > 1e-12 * most ? 1 / value : 0)),
    d,
  );
}

/** The rotation that maximises tr(R^T cross), and the scale that goes with it. */
function procrustes(cross: Float64Array, own: Float64Array, d: number, scaled: boolean, mirror: boolean): Float64Array {
  const { values, left, right } = singular(cross, d);
  const order = Array.from(values.keys()).sort((i, j) => values[j] - values[i]);
  const last = order[d - 1];
  const turn = (sign: number): Float64Array => {
    const R = new Float64Array(d * d);
    for (let k = 0; k < d; k++) {
      const by = k === last ? sign : 1;
      for (let r = 0; r < d; r++) for (let c = 0; c < d; c++) R[r * d + c] += by * left[k * d + r] * right[k * d + c];
    }
    return R;
  };
  const plain = turn(1);
  const proper = mirror || determinant(plain, d) > 0;
  const R = proper ? plain : turn(-1);
  if (!scaled) return R;
  let spread = 0;
  for (let k = 0; k < d; k++) spread += own[k * d + k];
  const total = values.reduce((value, each, k) => value + (k === last && !proper ? -each : each), 0);
  return spread > 0 ? R.map((value) => (value * total) / spread) : R;
}

/** Elimination with pivots; the sign is all that is asked for. */
function determinant(M: Float64Array, d: number): number {
  const L = Float64Array.from(M);
  let det = 1;
  for (let k = 0; k < d; k++) {
    let pivot = k;
    for (let r = k + 1; r < d; r++) if (Math.abs(L[r * d + k]) > Math.abs(L[pivot * d + k])) pivot = r;
    if (pivot !== k) {
      for (let c = 0; c < d; c++) [L[k * d + c], L[pivot * d + c]] = [L[pivot * d + c], L[k * d + c]];
      det = -det;
    }
    det *= L[k * d + k];
    if (det === 0) return 0;
    for (let r = k + 1; r < d; r++) {
      const times = L[r * d + k] / L[k * d + k];
      for (let c = k; c < d; c++) L[r * d + c] -= times * L[k * d + c];
    }
  }
  return det;
}

/** The start of this turn: centres laid upon each other, for an affine map spreads made alike first. */
function started(moving: Cloud, fixed: Cloud, turn: Float64Array, model: Settings["model"]): Move {
  const { d } = moving;
  const [p, q] = [centre(moving.x, moving.a, d), centre(fixed.x, fixed.a, d)];
  let A = turn;
  const [S, T] = [spreadOf(moving, p), spreadOf(fixed, q)];
  if (model === "affine") {
    const inverse = spectral(positiveEigen(S, d), (value) => (value > 0 ? 1 / Math.sqrt(value) : 0));
    A = multiply(multiply(spectral(positiveEigen(T, d), Math.sqrt), turn, d), inverse, d);
  } else if (model === "similarity") {
    const trace = (M: Float64Array): number =>
      M.reduce((total, value, k) => (k % (d + 1) === 0 ? total + value : total), 0);
    const ratio = trace(S) > 0 ? Math.sqrt(trace(T) / trace(S)) : 1;
    A = turn.map((value) => value * ratio);
  }
  const image = moved(p, { A, b: new Float64Array(d) }, d);
  return { A, b: q.map((value, k) => value - image[k]) };
}

function spreadOf({ x, a, d }: Cloud, p: Float64Array): Float64Array {
  const S = new Float64Array(d * d);
  for (let i = 0; i < a.length; i++)
    for (let r = 0; r < d; r++)
      for (let c = 0; c < d; c++) S[r * d + c] += a[i] * (x[i * d + r] - p[r]) * (x[i * d + c] - p[c]);
  return S;
}

function centre(x: Float64Array, a: Float64Array, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < a.length; i++) for (let k = 0; k < d; k++) mean[k] += a[i] * x[i * d + k];
  return mean;
}

function moved(x: Float64Array, { A, b }: Move, d: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i += d) {
    for (let r = 0; r < d; r++) {
      let value = b[r];
      for (let c = 0; c < d; c++) value += A[r * d + c] * x[i + c];
      out[i + r] = value;
    }
  }
  return out;
}

function turns(d: number, { starts, mirror, seed }: Settings): Float64Array[] {
  const generator = random(seed);
  const all: Float64Array[] = [];
  for (let k = 0; k < starts; k++) {
    const M = new Float64Array(d * d);
    if (k === 0 || d === 1) for (let r = 0; r < d; r++) M[r * d + r] = 1;
    else if (d === 2) {
      const angle = (2 * Math.PI * k) / starts;
      M.set([Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)]);
    } else {
      const { left, right } = singular(
        M.map(() => generator.normal()),
        d,
      );
      for (let q = 0; q < d; q++)
        for (let r = 0; r < d; r++) for (let c = 0; c < d; c++) M[r * d + c] += left[q * d + r] * right[q * d + c];
      if (determinant(M, d) < 0) for (let c = 0; c < d; c++) M[c] = -M[c];
    }
    all.push(M);
    if (mirror) all.push(M.map((value, at) => (at % d === 0 ? -value : value)));
    if (d === 1) break;
  }
  return all;
}

/** At most about `count` points: masses collected in the cells of a cube grid, at their centres of mass. */
function thin(cloud: Cloud, count: number): Cloud {
  const { x, a, d } = cloud;
  if (a.length <= count) return cloud;
  const low = new Float64Array(d).fill(Infinity);
  let side = 0;
  for (let k = 0; k < d; k++) {
    let high = -Infinity;
    for (let i = k; i < x.length; i += d) {
      low[k] = Math.min(low[k], x[i]);
      high = Math.max(high, x[i]);
    }
    side = Math.max(side, high - low[k]);
  }
  for (let cells = Math.ceil(count ** (1 / d)) * 2; ; cells = Math.floor(cells * 0.85)) {
    const found = new Map<number, { mass: number; at: Float64Array }>();
    for (let i = 0; i < a.length; i++) {
      if (a[i] === 0) continue;
      let key = 0;
      for (let k = 0; k < d; k++)
        key = key * (cells + 1) + (side > 0 ? Math.floor(((x[i * d + k] - low[k]) / side) * cells) : 0);
      const cell = found.get(key) ?? { mass: 0, at: new Float64Array(d) };
      cell.mass += a[i];
      for (let k = 0; k < d; k++) cell.at[k] += a[i] * x[i * d + k];
      found.set(key, cell);
    }
    if (found.size > count && cells > 1) continue;
    const kept = [...found.values()];
    return {
      x: Float64Array.from(kept.flatMap(({ at, mass }) => Array.from(at, (value) => value / mass))),
      a: Float64Array.from(kept, ({ mass }) => mass),
      d,
    };
  }
}
