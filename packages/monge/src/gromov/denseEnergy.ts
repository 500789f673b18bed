// The objective where the gradient is held as n m numbers: any matrices, any loss; optionally with what depends on the marginals, where these vary.
import type { SparseMatrix } from "../linalg/sparse.ts";
import { dot, sum } from "../linalg/sum.ts";
import { type Energy, type LinearTerm, linearOfProduct, linearValue } from "./energy.ts";
import type { LossParts } from "./loss.ts";
import type { Structure } from "./structure.ts";
import { openTensor, type Side, type Tensor } from "./tensor.ts";

/** An energy that holds kernel memory until closed. */
export interface DenseEnergy extends Energy<Float64Array> {
  /** S(P) of a plan in n m numbers. */
  imageOf(P: Float64Array, out: Float64Array): void;
  /** weight M, or null. */
  readonly linearCost: Float64Array | null;
  close(): void;
}

/** The sides of the product, A = h1(Cx) and B = h2(Cy). */
export function tensorOf(x: Structure, y: Structure, loss: LossParts): Tensor {
  const square = loss.name === "square";
  const xs: Side = { n: x.n, factors: x.factors(), matrix: x.matrix };
  const factors = square ? y.factors() : null;
  const ys: Side = {
    n: y.n,
    factors: factors === null ? null : { ...factors, U: factors.U.map((value) => 2 * value) },
    matrix: () => y.matrix().map(loss.h2),
  };
  return openTensor(xs, ys, x.symmetric && y.symmetric);
}

/** The energy under masses a and b; with `free`, also right where the plan's marginals differ from them. */
export function denseEnergy(
  [x, y]: readonly [Structure, Structure],
  loss: LossParts,
  a: Float64Array,
  b: Float64Array,
  weight: number,
  term: LinearTerm | null,
  free = false,
): DenseEnergy {
  const [n, m] = [x.n, y.n];
  const mass = sum(a);
  const tensor = tensorOf(x, y, loss);
  const own = term === null || term.weight === 0 ? null : term;
  const linearCost = own === null ? null : own.cost.block(0, n).map((value) => own.weight * value);
  const marginals = free ? [marginalTerm(x, loss.f1), marginalTerm(y, loss.f2)] : null;
  const imageOf = (P: SparseMatrix | Float64Array, out: Float64Array): void => {
    tensor.apply(P, out);
    for (let at = 0; at < out.length; at++) out[at] *= -weight;
    if (marginals === null) return;
    const [p, q] = sums(P, n, m);
    const [onRows, onColumns] = [marginals[0].both(p), marginals[1].both(q)];
    for (let i = 0, at = 0; i < n; i++)
      for (let j = 0; j < m; j++, at++) out[at] += weight * (onRows[i] + onColumns[j]);
  };
  const image = (plan: SparseMatrix): Float64Array => {
    const out = new Float64Array(n * m);
    imageOf(plan, out);
    return out;
  };
  const gradient = new Float64Array(n * m);
  return {
    linearCost,
    constant: free ? 0 : weight * (quadratic(x, loss.f1, a) + quadratic(y, loss.f2, b)),
    image,
    imageOf,
    productImage() {
      const out = new Float64Array(n * m);
      if (mass > 0) {
        for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) out[at] = (a[i] * b[j]) / mass;
        imageOf(out.slice(), out);
      }
      return out;
    },
    combine(into, keep, other, share) {
      for (let at = 0; at < into.length; at++) into[at] = keep * into[at] + share * other[at];
      return into;
    },
    pair(S, { rows, rowPtr, colIdx, values }) {
      let total = 0;
      for (let i = 0; i < rows; i++) {
        for (let e = rowPtr[i]; e < rowPtr[i + 1]; e++) total += values[e] * S[i * m + colIdx[e]];
      }
      return total;
    },
    productPair(S) {
      if (mass === 0) return 0;
      let total = 0;
      for (let i = 0; i < n; i++) total += a[i] * dot(S.subarray(i * m, (i + 1) * m), b);
      return total / mass;
    },
    linear: (plan) => linearValue(term, plan),
    productLinear: () => linearOfProduct(term, a, b, mass),
    gradient(S) {
      for (let at = 0; at < gradient.length; at++) gradient[at] = S[at] + (linearCost === null ? 0 : linearCost[at]);
      return { cost: { data: gradient, rows: n, cols: m }, rows: null, columns: null };
    },
    seeds: () => [],
    close: tensor.close,
  };
}

/** p -> F p + F^T p for F = f(C). */
function marginalTerm(structure: Structure, f: (value: number) => number): { both(p: Float64Array): Float64Array } {
  const { n, symmetric } = structure;
  const F = structure.matrix().map(f);
  return {
    both(p) {
      const out = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        let along = 0;
        for (let k = 0; k < n; k++) along += F[i * n + k] * p[k];
        out[i] += (symmetric ? 2 : 1) * along;
        if (!symmetric) for (let k = 0; k < n; k++) out[k] += F[i * n + k] * p[i];
      }
      return out;
    },
  };
}

/** sum f(C_ik) p_i p_k. */
export function quadratic(structure: Structure, f: (value: number) => number, p: Float64Array): number {
  const { n } = structure;
  const row = new Float64Array(n);
  const terms = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (p[i] === 0) continue;
    structure.row(i, row);
    for (let k = 0; k < n; k++) terms[i] += f(row[k]) * p[k];
    terms[i] *= p[i];
  }
  return sum(terms);
}

/** Row and column sums. */
export function sums(P: SparseMatrix | Float64Array, n: number, m: number): [Float64Array, Float64Array] {
  const p = new Float64Array(n);
  const q = new Float64Array(m);
  if (P instanceof Float64Array) {
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < m; j++, at++) {
        p[i] += P[at];
        q[j] += P[at];
      }
    }
    return [p, q];
  }
  for (let i = 0; i < n; i++) {
    for (let e = P.rowPtr[i]; e < P.rowPtr[i + 1]; e++) {
      p[i] += P.values[e];
      q[P.colIdx[e]] += P.values[e];
    }
  }
  return [p, q];
}
