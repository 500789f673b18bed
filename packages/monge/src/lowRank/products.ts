// Products of a cost matrix with thin matrices, C R and C^T Q: linear in n + m where the cost factors, by blocks of rows otherwise.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import type { Floats } from "../linalg/matrix.ts";

/** Products with C; thin matrices are row-major with `rank` columns. */
export interface Products {
  /** Why a product costs what it costs, for the report. */
  readonly why: string;
  /** out (n x rank) = C R. */
  times(R: Float64Array, out: Float64Array): void;
  /** out (m x rank) = C^T Q. */
  transposeTimes(Q: Float64Array, out: Float64Array): void;
}

/** The products of a cost with matrices of `rank` columns. */
export function productsOf(cost: Cost, rank: number): Products {
  if (cost.kind === "lowrank") return factored(cost.A.data, cost.B.data, cost.A.cols, rank, `of rank ${cost.A.cols}`);
  if (cost.kind === "points" && cost.ground.norm === 2 && cost.ground.power === 2) {
    const { x, y, ground } = cost;
    const d = x.cols;
    const [A, B] = squaredFactors(x.data, y.data, d, ground.cosine ? 0.5 : 1);
    return factored(A, B, d + 2, rank, `of rank ${d + 2}: squared distances in ${d} dimensions`);
  }
  return blocks(cost, rank);
}

/** |x - y|^2 = |x|^2 + |y|^2 - 2 <x, y>, taken from the mean of y, where the least digits cancel. */
function squaredFactors(x: Floats, y: Floats, d: number, factor: number): [Float64Array, Float64Array] {
  const centre = new Float64Array(d);
  for (let at = 0; at < y.length; at++) centre[at % d] += y[at] / (y.length / d);
  const side = (points: Floats, target: boolean): Float64Array => {
    const count = points.length / d;
    const out = new Float64Array(count * (d + 2));
    for (let i = 0; i < count; i++) {
      const row = i * (d + 2);
      let square = 0;
      for (let k = 0; k < d; k++) {
        const value = points[i * d + k] - centre[k];
        square += value * value;
        out[row + 2 + k] = target ? value : -2 * factor * value;
      }
      out[row] = target ? 1 : factor * square;
      out[row + 1] = target ? factor * square : 1;
    }
    return out;
  };
  return [side(x, false), side(y, true)];
}

function factored(A: Floats, B: Floats, width: number, rank: number, what: string): Products {
  const small = new Float64Array(width * rank);
  /** out = outer (inner^T thin). */
  const through = (inner: Floats, outer: Floats, thin: Float64Array, out: Float64Array): void => {
    small.fill(0);
    for (let j = 0; j * rank < thin.length; j++) {
      for (let l = 0; l < width; l++) {
        const scale = inner[j * width + l];
        for (let k = 0; k < rank; k++) small[l * rank + k] += scale * thin[j * rank + k];
      }
    }
    out.fill(0);
    for (let i = 0; i * rank < out.length; i++) {
      for (let l = 0; l < width; l++) {
        const scale = outer[i * width + l];
        for (let k = 0; k < rank; k++) out[i * rank + k] += scale * small[l * rank + k];
      }
    }
  };
  return {
    why: `the cost is ${what}, so an iteration is linear in n`,
    times: (R, out) => through(B, A, R, out),
    transposeTimes: (Q, out) => through(A, B, Q, out),
  };
}

function blocks(cost: Cost, rank: number): Products {
  const [n, m] = cost.shape;
  const step = blockRows(m);
  const block = new Float64Array(step * m);
  const sweep = (visit: (i: number, row: number) => void): void => {
    for (let begin = 0; begin < n; begin += step) {
      const end = Math.min(n, begin + step);
      cost.block(begin, end, block);
      for (let i = begin; i < end; i++) visit(i, (i - begin) * m);
    }
  };
  return {
    why: "the cost has no factors, so an iteration sweeps all pairs",
    times(R, out) {
      out.fill(0);
      sweep((i, row) => {
        for (let j = 0; j < m; j++) {
          const price = block[row + j];
          for (let k = 0; k < rank; k++) out[i * rank + k] += price * R[j * rank + k];
        }
      });
    },
    transposeTimes(Q, out) {
      out.fill(0);
      sweep((i, row) => {
        for (let j = 0; j < m; j++) {
          const price = block[row + j];
          for (let k = 0; k < rank; k++) out[j * rank + k] += price * Q[i * rank + k];
        }
      });
    },
  };
}
