// Laplacian regularisation: points that are neighbours shall move alike. Flamary, Courty, Tuia, Rakotomamonjy (2014).
// Omega = strength (balance E_source + (1 - balance) E_target), E_source = sum over pairs (i, k) of S_ik a_i a_k / mass |d_i - d_k|^2.
//
// d_i = T_i - x_i (displacements) or T_i (positions), where T_i = sum_j P_ij y_j / a_i is linear in P; the target likewise, with x and b.
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { type SparseMatrix, sparseFromEntries } from "../linalg/sparse.ts";
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
  const ofSource = scaled(form.source, a, mass, strength * balance);
  const ofTarget = scaled(form.target, b, mass, strength * (1 - balance));
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
    applyLaplacian(ofSource, 0, d, features, out);
    applyLaplacian(ofTarget, n, d, features, out);
    return out;
  };
  const expand = (pull: Float64Array, out: Float64Array): void => {
    // Coordinate by coordinate, so that the inner loop runs along rows of memory.
    const right = new Float64Array(m);
    const there = new Float64Array(m);
    out.fill(0);
    for (let k = 0; k < d; k++) {
      for (let j = 0; j < m; j++) {
        right[j] = b[j] > 0 ? (2 / b[j]) * pull[(n + j) * d + k] : 0;
        there[j] = y.data[j * d + k];
      }
      for (let i = 0, at = 0; i < n; i++) {
        const left = a[i] > 0 ? (2 / a[i]) * pull[i * d + k] : 0;
        const here = x.data[i * d + k];
        for (let j = 0; j < m; j++, at++) out[at] += left * there[j] + right[j] * here;
      }
    }
  };
  return {
    value(P) {
      const features = featuresOf(P);
      return product(features, metric(features));
    },
    gradient: (P, out) => expand(metric(featuresOf(P)), out),
    quadratic: {
      features({ i, j, mass: moved }: SparseEntries) {
        const out = origin.slice();
        for (let k = 0; k < moved.length; k++) carry(out, i[k], j[k], moved[k]);
        return out;
      },
      metric,
      gradient: expand,
    },
  };
}

/** The weights factor S_ik a_i a_k / mass, from both ends of each edge: 0 where an atom has no mass. */
function scaled({ from, to, weight }: Edges, masses: Float64Array, mass: number, factor: number): SparseMatrix {
  const values = weight.map((value, e) => (mass > 0 ? factor * value * masses[from[e]] * (masses[to[e]] / mass) : 0));
  const [size, count] = [masses.length, weight.length];
  const rows = new Int32Array(2 * count);
  const columns = new Int32Array(2 * count);
  const both = new Float64Array(2 * count);
  rows.set(from);
  rows.set(to, count);
  columns.set(to);
  columns.set(from, count);
  both.set(values);
  both.set(values, count);
  return sparseFromEntries(size, size, rows, columns, both);
}

/** The graph's Laplacian times the features of its points, which begin at `offset`. */
function applyLaplacian(
  { rows, rowPtr, colIdx, values }: SparseMatrix,
  offset: number,
  d: number,
  features: Float64Array,
  out: Float64Array,
): void {
  for (let c = 0; c < d; c++) {
    const base = offset * d + c;
    for (let i = 0; i < rows; i++) {
      const own = features[base + i * d];
      let total = 0;
      for (let e = rowPtr[i]; e < rowPtr[i + 1]; e++) total += values[e] * (own - features[base + colIdx[e] * d]);
      out[base + i * d] = total;
    }
  }
}

function product(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let k = 0; k < x.length; k++) total += x[k] * y[k];
  return total;
}
