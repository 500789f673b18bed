// A cost in factors: C = A B^T.
import { OtError } from "../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { type CostBase, costFromRows } from "./base.ts";

/** C = A B^T with A n x r and B m x r. */
export interface LowRankCost extends CostBase {
  readonly kind: "lowrank";
  readonly A: Matrix<Floats>;
  readonly B: Matrix<Floats>;
}

/**
 * The cost C = A B^T, of rank r at most.
 *
 * @param A n x r
 * @param B m x r
 *
 * Throws `InvalidShape` where the ranks differ, `InvalidValue` at an entry that is not finite.
 */
export function lowRank(A: MatrixLike, B: MatrixLike): LowRankCost {
  const left = finite(toMatrix(A, "A"), "A");
  const right = finite(toMatrix(B, "B"), "B");
  const r = left.cols;
  if (right.cols !== r) {
    throw new OtError("InvalidShape", `A has ${r} columns, B has ${right.cols}.`, {
      argument: "B",
      seen: right.cols,
      cure: "Pass factors of the same rank: A is n x r, B is m x r.",
    });
  }
  const n = left.rows;
  const m = right.rows;
  const entry = (i: number, j: number): number => {
    let total = 0;
    for (let k = 0; k < r; k++) total += left.data[i * r + k] * right.data[j * r + k];
    return total;
  };
  const base = costFromRows([n, m], entry, (i, out, offset) => {
    for (let j = 0; j < m; j++) out[offset + j] = entry(i, j);
  });
  return {
    kind: "lowrank",
    A: left,
    B: right,
    ...base,
    apply: (v, axis) => (axis === 0 ? product(left, right, v) : product(right, left, v)),
  };
}

/** outer (inner^T v). */
function product(outer: Matrix<Floats>, inner: Matrix<Floats>, v: Float64Array): Float64Array {
  const r = inner.cols;
  const small = new Float64Array(r);
  for (let j = 0; j < inner.rows; j++) for (let k = 0; k < r; k++) small[k] += inner.data[j * r + k] * v[j];
  const out = new Float64Array(outer.rows);
  for (let i = 0; i < outer.rows; i++) for (let k = 0; k < r; k++) out[i] += outer.data[i * r + k] * small[k];
  return out;
}

function finite(factor: Matrix<Floats>, argument: string): Matrix<Floats> {
  for (let k = 0; k < factor.data.length; k++) {
    if (!Number.isFinite(factor.data[k])) {
      throw new OtError("InvalidValue", `Entry ${k} of the factor ${argument} is ${factor.data[k]}.`, {
        argument,
        seen: factor.data[k],
        cure: "Use finite factors; forbid pairs with a dense or sparse cost instead.",
      });
    }
  }
  return factor;
}
