// Laplacian regularisation: points that are neighbours shall move alike. Flamary, Courty, Tuia, Rakotomamonjy (2014).
// Omega = strength (balance E_source + (1 - balance) E_target), E_source = sum over pairs (i, k) of S_ik a_i a_k / mass |d_i - d_k|^2.
//
// d_i = T_i - x_i (displacements) or T_i (positions), where T_i = sum_j P_ij y_j / a_i is linear in P; the target likewise, with x and b.
import type { Floats, Matrix } from "../linalg/matrix.ts";
import type { Functional, SparseEntries } from "./functional.ts";
import type { Edges } from "./graph.ts";

/** What the function is made of. */
export interface LaplacianForm {
  readonly strength: number;
  /** Share of the source's term. */
  readonly balance: number;
  readonly x: Matrix<Floats>;
  readonly y: Matrix<Floats>;
  readonly source: Edges;
  readonly target: Edges;
  readonly displacements: boolean;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
}

/** The function over plans between a and b. */
export function laplacian(form: LaplacianForm): Functional {
  const { x, y, a, b, strength, balance, mass, displacements } = form;
  const [n, m, d] = [a.length, b.length, x.cols];
  const sourceWeights = scaled(form.source, a, mass, strength * balance);
  const targetWeights = scaled(form.target, b, mass, strength * (1 - balance));
  const origin = new Float64Array((n + m) * d);
  if (displacements) {
    for (let k = 0; k < n * d; k++) origin[k] = -x.data[k];
    for (let k = 0; k < m * d; k++) origin[n * d + k] = -y.data[k];
  }
  const carry = (out: Float64Array, i: number, j: number, moved: number): void => {
    const left = moved / a[i];
    const right = moved / b[j];
    for (let k = 0; k < d; k++) {
      out[i * d + k] += left * y.data[j * d + k];
      out[(n + j) * d + k] += right * x.data[i * d + k];
    }
  };
  const featuresOf = (P: Float64Array): Float64Array => {
    const out = origin.slice();
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) if (P[i * m + j] !== 0) carry(out, i, j, P[i * m + j]);
    return out;
  };
  const metric = (features: Float64Array): Float64Array => {
    const out = new Float64Array(features.length);
    spread(form.source, sourceWeights, 0, d, features, out);
    spread(form.target, targetWeights, n, d, features, out);
    return out;
  };
  return {
    value(P) {
      const features = featuresOf(P);
      return product(features, metric(features));
    },
    gradient(P, out) {
      const pull = metric(featuresOf(P));
      for (let i = 0; i < n; i++) {
        const left = a[i] > 0 ? 2 / a[i] : 0;
        for (let j = 0; j < m; j++) {
          const right = b[j] > 0 ? 2 / b[j] : 0;
          let total = 0;
          for (let k = 0; k < d; k++) {
            total += left * pull[i * d + k] * y.data[j * d + k] + right * pull[(n + j) * d + k] * x.data[i * d + k];
          }
          out[i * m + j] = total;
        }
      }
    },
    quadratic: {
      features({ i, j, mass: moved }: SparseEntries) {
        const out = origin.slice();
        for (let k = 0; k < moved.length; k++) carry(out, i[k], j[k], moved[k]);
        return out;
      },
      metric,
    },
  };
}

/** factor S_ik a_i a_k / mass: 0 where an atom has no mass. */
function scaled({ from, to, weight }: Edges, masses: Float64Array, mass: number, factor: number): Float64Array {
  return weight.map((value, e) => (mass > 0 ? factor * value * masses[from[e]] * (masses[to[e]] / mass) : 0));
}

/** Adds the graph's Laplacian times the features of the points from `offset` on. */
function spread(
  { from, to }: Edges,
  weights: Float64Array,
  offset: number,
  d: number,
  features: Float64Array,
  out: Float64Array,
): void {
  for (let e = 0; e < weights.length; e++) {
    const i = (offset + from[e]) * d;
    const k = (offset + to[e]) * d;
    for (let c = 0; c < d; c++) {
      const pull = weights[e] * (features[i + c] - features[k + c]);
      out[i + c] += pull;
      out[k + c] -= pull;
    }
  }
}

function product(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let k = 0; k < x.length; k++) total += x[k] * y[k];
  return total;
}
