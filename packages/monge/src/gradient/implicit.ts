// The derivatives of <P, C> of an entropic plan: the plan moves with the problem, by the implicit function theorem.
//
// With marginals r, c of P, p_i = sum_j P_ij C_ij and q_j = sum_i P_ij C_ij, the adjoints solve r alpha + P beta = p, P^T alpha + c beta = q.
// Then d<P, C>/dC_ij = P_ij (1 + (alpha_i + beta_j - C_ij) / eps), d<P, C>/da = alpha, d<P, C>/db = beta. Beta by conjugate gradients on
// (diag c - P^T diag(1/r) P) beta = q - P^T (p / r), preconditioned by c.

import type { Cost } from "../cost/cost.ts";
import { transpose } from "../cost/transpose.ts";
import { gibbsRow } from "../entropic/gibbsPlan.ts";
import { withExtension } from "../entropic/operators/extend.ts";
import type { SinkhornResult } from "../entropic/sinkhornResult.ts";
import { dot, sum } from "../linalg/sum.ts";
import { lazyPlan } from "../plan/lazy.ts";
import type { Plan } from "../plan/plan.ts";
import { drain } from "../run/solver.ts";

/** Adjoints of the marginals. */
export interface Adjoint {
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
}

/** Entries of a plan that is kept in memory while conjugate gradients run. */
const mostEntries = 1 << 24;
const relative = 1e-14;

/** Solves for the adjoints, as far as rounding allows. They are unique up to one constant between the sides: <alpha, a> = <beta, b>. */
export function adjointOf(result: SinkhornResult): Adjoint {
  const { cost, a, b } = result.problem;
  const [n, m] = cost.shape;
  const mass = sum(a);
  const fill = gibbsRow(cost, a, b, mass, result.potentials, result.epsilon);
  const kept = n * m <= mostEntries ? new Float64Array(n * m) : null;
  const p = new Float64Array(n);
  const q = new Float64Array(m);
  const r = new Float64Array(n);
  const c = new Float64Array(m);
  const row = new Float64Array(m);
  const prices = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    fill(i, row);
    cost.block(i, i + 1, prices);
    kept?.set(row, i * m);
    for (let j = 0; j < m; j++) {
      if (row[j] === 0) continue;
      r[i] += row[j];
      c[j] += row[j];
      p[i] += row[j] * prices[j];
      q[j] += row[j] * prices[j];
    }
  }
  const times = (v: Float64Array, axis: 0 | 1): Float64Array => {
    const out = new Float64Array(axis === 0 ? n : m);
    for (let i = 0; i < n; i++) {
      const at = kept === null ? 0 : i * m;
      if (kept === null) fill(i, row);
      const entries = kept ?? row;
      let total = 0;
      const scale = axis === 0 ? 0 : v[i];
      if (axis === 0) {
        for (let j = 0; j < m; j++) total += entries[at + j] * v[j];
        out[i] = total;
      } else if (scale !== 0) for (let j = 0; j < m; j++) out[j] += scale * entries[at + j];
    }
    return out;
  };
  const over = (v: Float64Array, by: Float64Array): Float64Array =>
    v.map((value, k) => (by[k] > 0 ? value / by[k] : 0));
  const apply = (v: Float64Array): Float64Array => {
    const through = times(over(times(v, 0), r), 1);
    return v.map((value, j) => c[j] * value - through[j]);
  };
  const through = times(over(p, r), 1);
  const beta = conjugateGradients(
    apply,
    c,
    q.map((value, j) => value - through[j]),
    10 * m + 100,
  );
  const carried = times(beta, 0);
  const alpha = over(
    p.map((value, i) => value - carried[i]),
    r,
  );
  return centred(complete({ alpha, beta }, result), a, b);
}

/** d<P, C>/dC, row by row when asked. */
export function costTilt({ alpha, beta }: Adjoint, { problem, potentials, epsilon }: SinkhornResult): Plan {
  const { cost, a, b } = problem;
  const fill = gibbsRow(cost, a, b, sum(a), potentials, epsilon);
  const prices = new Float64Array(cost.shape[1]);
  return lazyPlan(cost.shape, (i, out) => {
    fill(i, out);
    cost.block(i, i + 1, prices);
    for (let j = 0; j < out.length; j++) {
      if (out[j] !== 0) out[j] *= 1 + (alpha[i] + beta[j] - prices[j]) / epsilon;
    }
  });
}

/** Atoms without mass: the derivative to one side, alpha_i = mean of C_ij - beta_j under the row that a little mass would have. */
function complete({ alpha, beta }: Adjoint, { problem, potentials, epsilon }: SinkhornResult): Adjoint {
  const { cost, a, b } = problem;
  const k = 1 / epsilon;
  const means = (costs: Cost, g: Float64Array, weights: Float64Array, other: Float64Array): Float64Array => {
    const [rows, columns] = costs.shape;
    const ones = { data: new Float64Array(columns).fill(1), rows: columns, cols: 1 };
    const kappa = other.map((value) => k * value);
    const tilted = drain(
      withExtension(costs, { g, weights, epsilon }, (extension) => {
        extension.tilt(new Float64Array(rows), kappa, k);
        return extension.means(ones);
      }),
    );
    return tilted.data.map((value) => (1 - value) / k);
  };
  const rows = a.includes(0) ? means(cost, potentials.g, b, beta) : alpha;
  const filled = alpha.map((value, i) => (a[i] > 0 ? value : rows[i]));
  const columns = b.includes(0) ? means(transpose(cost), potentials.f, a, filled) : beta;
  return { alpha: filled, beta: beta.map((value, j) => (b[j] > 0 ? value : columns[j])) };
}

function centred({ alpha, beta }: Adjoint, a: Float64Array, b: Float64Array): Adjoint {
  const mass = sum(a);
  const shift = mass > 0 ? (dot(beta, b) - dot(alpha, a)) / (2 * mass) : 0;
  return { alpha: alpha.map((value) => value + shift), beta: beta.map((value) => value - shift) };
}

/** Hestenes and Stiefel (1952) for a semi-definite matrix whose null space holds the constants. */
function conjugateGradients(
  apply: (v: Float64Array) => Float64Array,
  diagonal: Float64Array,
  right: Float64Array,
  most: number,
): Float64Array {
  const precondition = (v: Float64Array): Float64Array =>
    v.map((value, k) => (diagonal[k] > 0 ? value / diagonal[k] : 0));
  const x = new Float64Array(right.length);
  const residual = right.slice();
  let search = precondition(residual);
  let size = dot(residual, search);
  const goal = size * relative * relative;
  for (let k = 0; k < most && size > goal; k++) {
    const image = apply(search);
    const curvature = dot(search, image);
    if (!(curvature > 0)) break;
    const step = size / curvature;
    for (let j = 0; j < x.length; j++) {
      x[j] += step * search[j];
      residual[j] -= step * image[j];
    }
    const next = precondition(residual);
    const after = dot(residual, next);
    const ratio = after / size;
    search = next.map((value, j) => value + ratio * search[j]);
    size = after;
  }
  return x;
}
