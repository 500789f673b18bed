// The objective where both matrices have factors, Cx = U V^T and Cy = U' V'^T, under the square loss: a plan is seen through V^T P V' and U^T P U'.
import type { SparseMatrix } from "../linalg/sparse.ts";
import { dot, sum } from "../linalg/sum.ts";
import { type Energy, type LinearTerm, linearOfProduct, linearValue } from "./energy.ts";
import type { Factors } from "./factors.ts";

/** V^T P V' and U^T P U', row-major. */
export interface FactoredImage {
  readonly inner: Float64Array;
  readonly outer: Float64Array;
}

/** The energy under masses a and b: `weight` times the structure term, plus `term`. */
export function factoredEnergy(
  [fx, fy]: readonly [Factors, Factors],
  symmetric: boolean,
  a: Float64Array,
  b: Float64Array,
  weight: number,
  term: LinearTerm | null,
): Energy<FactoredImage> {
  const mass = sum(a);
  const [n, m] = [a.length, b.length];
  const image = (plan: SparseMatrix): FactoredImage => ({
    inner: sandwich(fx.V, fx.rank, plan, fy.V, fy.rank),
    outer: sandwich(fx.U, fx.rank, plan, fy.U, fy.rank),
  });
  const product: FactoredImage = {
    inner: outerProduct(weighted(fx.V, fx.rank, a), weighted(fy.V, fy.rank, b), mass),
    outer: outerProduct(weighted(fx.U, fx.rank, a), weighted(fy.U, fy.rank, b), mass),
  };
  const pair = (one: FactoredImage, other: FactoredImage): number =>
    -2 * weight * (dot(one.inner, other.outer) + dot(one.outer, other.inner));
  const mean = (into: Float64Array, keep: number, other: Float64Array, share: number): Float64Array =>
    into.map((value, k) => keep * value + share * other[k]);
  return {
    constant: weight * (squares(fx, a) + squares(fy, b)),
    image,
    productImage: () => product,
    combine: (into, keep, other, share) => ({
      inner: mean(into.inner, keep, other.inner, share),
      outer: mean(into.outer, keep, other.outer, share),
    }),
    pair: (one, plan) => pair(one, image(plan)),
    productPair: (one) => pair(one, product),
    linear: (plan) => linearValue(term, plan),
    productLinear: () => linearOfProduct(term, a, b, mass),
    gradient({ inner, outer }) {
      const data = new Float64Array(n * m);
      addProduct(fx.U, inner, fy.U, fx.rank, fy.rank, -2 * weight * (symmetric ? 2 : 1), data);
      if (!symmetric) addProduct(fx.V, outer, fy.V, fx.rank, fy.rank, -2 * weight, data);
      if (term !== null && term.weight !== 0) {
        const paid = term.cost.block(0, n);
        for (let at = 0; at < data.length; at++) data[at] += term.weight * paid[at];
      }
      return { cost: { data, rows: n, cols: m }, rows: null, columns: null };
    },
    seeds: () => [],
  };
}

/** L^T P R for factors L (n x r) and R (m x s). */
function sandwich(L: Float64Array, r: number, plan: SparseMatrix, R: Float64Array, s: number): Float64Array {
  const { rows, rowPtr, colIdx, values } = plan;
  const out = new Float64Array(r * s);
  const moved = new Float64Array(s);
  for (let i = 0; i < rows; i++) {
    if (rowPtr[i] === rowPtr[i + 1]) continue;
    moved.fill(0);
    for (let at = rowPtr[i]; at < rowPtr[i + 1]; at++) {
      const j = colIdx[at] * s;
      for (let l = 0; l < s; l++) moved[l] += values[at] * R[j + l];
    }
    for (let k = 0; k < r; k++) for (let l = 0; l < s; l++) out[k * s + l] += L[i * r + k] * moved[l];
  }
  return out;
}

/** F^T p. */
function weighted(F: Float64Array, rank: number, p: Float64Array): Float64Array {
  const out = new Float64Array(rank);
  for (let at = 0; at < F.length; at++) out[at % rank] += F[at] * p[Math.floor(at / rank)];
  return out;
}

function outerProduct(u: Float64Array, v: Float64Array, mass: number): Float64Array {
  const out = new Float64Array(u.length * v.length);
  if (mass > 0)
    for (let at = 0; at < out.length; at++) out[at] = (u[Math.floor(at / v.length)] * v[at % v.length]) / mass;
  return out;
}

/** sum a_i a_k C_ik^2 from the moments of the factors. */
function squares({ U, V, rank }: Factors, a: Float64Array): number {
  const moments = (F: Float64Array): Float64Array => {
    const out = new Float64Array(rank * rank);
    for (let i = 0; i < a.length; i++) {
      for (let k = 0; k < rank; k++) {
        for (let l = 0; l < rank; l++) out[k * rank + l] += a[i] * F[i * rank + k] * F[i * rank + l];
      }
    }
    return out;
  };
  return dot(moments(U), moments(V));
}

/** out += scale L K R^T. */
export function addProduct(
  L: Float64Array,
  K: Float64Array,
  R: Float64Array,
  r: number,
  s: number,
  scale: number,
  out: Float64Array,
): void {
  const [n, m] = [L.length / r, R.length / s];
  // Columns of R one after the other, so that the inner loop runs along a row of the result.
  const turned = new Float64Array(R.length);
  for (let j = 0; j < m; j++) for (let l = 0; l < s; l++) turned[l * m + j] = R[j * s + l];
  for (let i = 0; i < n; i++) {
    const row = i * m;
    for (let l = 0; l < s; l++) {
      let times = 0;
      for (let k = 0; k < r; k++) times += L[i * r + k] * K[k * s + l];
      times *= scale;
      const from = l * m;
      for (let j = 0; j < m; j++) out[row + j] += times * turned[from + j];
    }
  }
}
