// The nearest factors of a plan: min KL(Q | K1) + KL(R | K2) + KL(g | K3) with Q 1 = a, R 1 = b, Q^T 1 = R^T 1 = g >= least.
//
// Q_ik = u_i K1_ik e^s_k, R_jk = w_j K2_jk e^t_k, g_k = max(least, K3_k e^-(s_k + t_k)); u and w make the rows fit. What is left are the 2 r
// equations Q^T 1 = g = R^T 1, the gradient of a convex function of (s, t): Newton's method, where Dykstra's takes hundreds of passes.
import { entropic } from "../kernels/entropic.ts";
import { type Workspace, withWorkspace } from "../kernels/workspace.ts";
import { factor, solveFactored } from "../linalg/cholesky.ts";
import { sum } from "../linalg/sum.ts";

/** Factors of a plan; changed in place. */
export interface Factors {
  /** n x r and m x r, row-major. */
  readonly Q: Float64Array;
  readonly R: Float64Array;
  readonly g: Float64Array;
}

/** The masses that the factors belong to, with total 1, and the least mass of a hub. */
export interface Sides {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly least: number;
}

/**
 * Replaces factors by their projection; the hubs fit to `tolerance` unless floating point or `limit` steps come first. `multipliers`
 * (s, then t) are where the search starts, and hold the solution afterwards: those of a step before are near.
 */
export function project(
  factors: Factors,
  sides: Sides,
  multipliers: Float64Array,
  tolerance: number,
  limit: number,
): void {
  const { Q, R, g } = factors;
  const r = g.length;
  const at = withWorkspace(entropic, (workspace) =>
    search(hold(workspace, factors, sides), factors, sides, multipliers, tolerance, limit),
  );
  for (const [K, p, weights] of [
    [Q, sides.a, at.source.weights],
    [R, sides.b, at.target.weights],
  ] as const) {
    for (let i = 0; i < p.length; i++) scaleRow(K, i * r, p[i], weights);
  }
  const total = sum(at.g);
  g.set(at.g.map((mass) => mass / total));
  roundFactor(Q, sides.a, g);
  roundFactor(R, sides.b, g);
}

/** Newton's method on the multipliers, which hold the solution afterwards. */
function search(
  held: Held,
  factors: Factors,
  sides: Sides,
  multipliers: Float64Array,
  tolerance: number,
  limit: number,
): Evaluation {
  const r = factors.g.length;
  let at = evaluate(held, factors, sides, multipliers);
  for (let step = 0; step < limit && at.error > tolerance; step++) {
    const move = newtonStep(at, r);
    let share = 1;
    const towards = (): Float64Array =>
      multipliers.map((value, k) => value + Math.max(-farthest, Math.min(farthest, share * move[k])));
    let next = evaluate(held, factors, sides, towards());
    while (!(next.error < at.error) && share > shortest) {
      share /= 4;
      next = evaluate(held, factors, sides, towards());
    }
    if (!(next.error < at.error)) break;
    multipliers.set(towards());
    at = next;
  }
  return at;
}

/** No multiplier changes by more than a factor e^4 in one step, and no step is tried below this share of Newton's. */
const farthest = 4;
const shortest = 1e-6;

/** One side at given multipliers: e^s, the sums of its columns, and sum_i p_i pi_i pi_i^T where pi_i is its normalised row. */
interface SideAt {
  readonly weights: Float64Array;
  readonly sums: Float64Array;
  readonly moments: Float64Array;
}

interface Evaluation {
  readonly source: SideAt;
  readonly target: SideAt;
  readonly g: Float64Array;
  /** Whether g_k is free, above its least. */
  readonly free: readonly boolean[];
  /** sum |Q^T 1 - g| + sum |R^T 1 - g|. */
  readonly error: number;
}

/** The factors in kernel memory, rows padded to an even width. */
interface Held {
  readonly workspace: Workspace;
  readonly width: number;
  /** Addresses of both factors and both sides' masses, and of what an evaluation writes. */
  readonly factors: readonly [number, number];
  readonly masses: readonly [number, number];
  readonly weights: number;
  readonly sums: number;
  readonly moments: number;
  readonly row: number;
}

function hold(workspace: Workspace, { Q, R, g }: Factors, { a, b }: Sides): Held {
  const r = g.length;
  const width = r + (r & 1);
  const copy = (K: Float64Array, count: number): number => {
    const address = workspace.alloc(count * width * 8);
    const out = workspace.f64(address, count * width);
    if (width === r) out.set(K);
    else for (let i = 0; i < count; i++) out.set([...K.subarray(i * r, (i + 1) * r), 0], i * width);
    return address;
  };
  const masses = (p: Float64Array): number => {
    const address = workspace.alloc(p.length * 8);
    workspace.f64(address, p.length).set(p);
    return address;
  };
  return {
    workspace,
    width,
    factors: [copy(Q, a.length), copy(R, b.length)],
    masses: [masses(a), masses(b)],
    weights: workspace.alloc(width * 8),
    sums: workspace.alloc(width * 8),
    moments: workspace.alloc(width * width * 8),
    row: workspace.alloc(width * 8),
  };
}

function evaluate(held: Held, { g: K3 }: Factors, { a, b, least }: Sides, multipliers: Float64Array): Evaluation {
  const r = K3.length;
  const source = sideAt(held, 0, a.length, multipliers.subarray(0, r));
  const target = sideAt(held, 1, b.length, multipliers.subarray(r));
  const wanted = K3.map((mass, k) => mass / (source.weights[k] * target.weights[k]));
  const g = wanted.map((mass) => Math.max(mass, least));
  let error = 0;
  for (let k = 0; k < r; k++) error += Math.abs(source.sums[k] - g[k]) + Math.abs(target.sums[k] - g[k]);
  return { source, target, g, free: Array.from(wanted, (mass) => mass > least), error };
}

function sideAt(held: Held, side: 0 | 1, count: number, multipliers: Float64Array): SideAt {
  const { workspace, width, sums, moments, row } = held;
  const r = multipliers.length;
  const weights = workspace.f64(held.weights, width);
  weights.fill(0);
  for (let k = 0; k < r; k++) weights[k] = multipliers[k] * Math.LOG2E;
  workspace.call["exp2All"](held.weights, width, 1);
  workspace.call["factorMoments"](
    held.factors[side],
    held.masses[side],
    count,
    width,
    held.weights,
    sums,
    moments,
    row,
  );
  const full = workspace.f64(moments, width * width);
  const square = new Float64Array(r * r);
  for (let k = 0; k < r; k++) square.set(full.subarray(k * width, k * width + r), k * r);
  return {
    weights: workspace.f64(held.weights, r).slice(),
    sums: workspace.f64(sums, r).slice(),
    moments: square,
  };
}

/** The solution of the Newton system, by Cholesky. It is singular: shifting s and t against each other changes nothing. */
function newtonStep({ source, target, g, free }: Evaluation, r: number): Float64Array {
  const size = 2 * r;
  const H = new Float64Array(size * size);
  const step = new Float64Array(size);
  for (const [side, offset] of [
    [source, 0],
    [target, r],
  ] as const) {
    for (let k = 0; k < r; k++) {
      const row = (offset + k) * size + offset;
      for (let l = 0; l <= k; l++) H[row + l] = -side.moments[k * r + l];
      H[row + k] += side.sums[k] + (free[k] ? g[k] : 0);
      step[offset + k] = g[k] - side.sums[k];
    }
  }
  for (let k = 0; k < r; k++) if (free[k]) H[(r + k) * size + k] = g[k];
  for (let k = 0; k < size; k++) H[k * size + k] *= 1 + 1e-12;
  // A pivot of rounding alone belongs to the shift: its unknown stays where it is.
  factor(H, size, (pivot) => (pivot > 1e-15 ? Math.sqrt(pivot) : Infinity));
  solveFactored(H, step, size);
  return step;
}

/** Row at `row` of K becomes p times its share under the weights. */
function scaleRow(K: Float64Array, row: number, p: number, weights: Float64Array): void {
  const r = weights.length;
  let total = 0;
  for (let k = 0; k < r; k++) {
    K[row + k] *= weights[k];
    total += K[row + k];
  }
  const scale = p > 0 ? p / total : 0;
  for (let k = 0; k < r; k++) K[row + k] *= scale;
}

/**
 * Makes the sums of a factor K (count x r) exact, rows p and columns g: what is too much is scaled down, what is missing is added as a
 * product. Altschuler, Weed, Rigollet (2017).
 */
function roundFactor(K: Float64Array, p: Float64Array, g: Float64Array): void {
  const r = g.length;
  const columns = new Float64Array(r);
  const missing = new Float64Array(p.length);
  for (let i = 0; i < p.length; i++) {
    let total = 0;
    for (let k = 0; k < r; k++) total += K[i * r + k];
    const scale = total > p[i] ? p[i] / total : 1;
    for (let k = 0; k < r; k++) {
      K[i * r + k] *= scale;
      columns[k] += K[i * r + k];
    }
  }
  const shrink = columns.map((total, k) => (total > g[k] ? g[k] / total : 1));
  const short = g.map((mass, k) => Math.max(0, mass - columns[k] * shrink[k]));
  let lacking = 0;
  for (let i = 0; i < p.length; i++) {
    let total = 0;
    for (let k = 0; k < r; k++) {
      K[i * r + k] *= shrink[k];
      total += K[i * r + k];
    }
    missing[i] = Math.max(0, p[i] - total);
    lacking += missing[i];
  }
  if (lacking === 0) return;
  for (let i = 0; i < p.length; i++) {
    for (let k = 0; k < r; k++) K[i * r + k] += (missing[i] * short[k]) / lacking;
  }
}
