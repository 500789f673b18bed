// A lower bound of what any measure pays that is seen through maps, from transport between each two of the measures.
//
// For a joint law of all y_i, with M and offset as in projections.ts, the best x pays E sum_i w_i |y_i|^2 + s |at|^2 - |M^1/2 x|^2, x = sum_i L_i y_i
// + offset. Its square holds terms of one y_i, known from the marginals, and cross terms 2 y_i^T K_ij y_j, each of which a plan between
// nu_i and nu_j alone maximises.
import { lowRank } from "../cost/lowRank.ts";
import { emd } from "../exact/emd.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { affine, product } from "../linalg/small.ts";
import { sum } from "../linalg/sum.ts";
import type { PointCloud } from "../measure/measure.ts";
import { crossTerm, type Projections } from "./projections.ts";

/** strength times the mean of |x - at|^2. */
export function priorCost({ strength, at, d }: Projections, x: Matrix): number {
  if (strength === 0) return 0;
  let total = 0;
  for (let k = 0; k < x.data.length; k++) total += (x.data[k] - at[k % d]) ** 2;
  return (strength * total) / x.rows;
}

/** What the joint law pays but for cross terms, from second moments: trace(i, K) = E y_i^T K y_i, and the means. */
export function separateTerms(
  projections: Projections,
  shares: Float64Array,
  square: (i: number, K: Float64Array | null) => number,
  mean: (i: number) => Float64Array,
): number {
  const { strength, at, d, maps, offset } = projections;
  let total = strength * at.reduce((norm, value) => norm + value * value, 0);
  total -= strength * at.reduce((inner, value, k) => inner + value * offset[k], 0);
  maps.forEach(({ data, rows }, i) => {
    if (shares[i] === 0) return;
    total += shares[i] * square(i, null) - square(i, crossTerm(projections, shares, i, i));
    // 2 y_i^T w_i P_i offset.
    const along = affine(data, new Float64Array(rows), new Float64Array(d), offset, 1);
    total -= 2 * shares[i] * along.reduce((inner, value, k) => inner + value * mean(i)[k], 0);
  });
  return total;
}

/** The bound for measures with atoms. */
export function pointsBound(measures: readonly PointCloud[], shares: Float64Array, projections: Projections): number {
  let bound = separateTerms(
    projections,
    shares,
    (i, K) => {
      const { points: y, weights } = measures[i];
      const k = y.cols;
      const image = K === null ? y.data : product(y.data, K, y.rows, k, k);
      return sum(
        weights.map((weight, row) => {
          let inner = 0;
          for (let c = 0; c < k; c++) inner += y.data[row * k + c] * image[row * k + c];
          return weight * inner;
        }),
      );
    },
    (i) => product(measures[i].weights, measures[i].points.data, 1, measures[i].points.rows, measures[i].points.cols),
  );
  for (let i = 0; i < measures.length; i++) {
    for (let j = 0; j < i; j++) {
      if (shares[i] === 0 || shares[j] === 0) continue;
      const { points: y, weights } = measures[i];
      const other = measures[j];
      const K = crossTerm(projections, shares, i, j).map((value) => -2 * value);
      const image = product(y.data, K, y.rows, y.cols, other.points.cols);
      bound += emd(
        weights,
        other.weights,
        lowRank({ data: image, rows: y.rows, cols: other.points.cols }, other.points),
      ).value;
    }
  }
  return bound;
}
