// The union of all costs, and what a caller may pass where a cost is wanted.
import { OtError } from "../errors/otError.ts";
import { isMatrix, type MatrixLike } from "../linalg/matrix.ts";
import { isSparseMatrix, type SparseMatrix } from "../linalg/sparse.ts";
import type { CustomCost } from "./custom.ts";
import { type DenseCost, dense } from "./dense.ts";
import type { GaussiansCost } from "./gaussians.ts";
import type { GridCost } from "./grid.ts";
import type { LowRankCost } from "./lowRank.ts";
import type { PointsCost } from "./points.ts";
import { type SparseCost, sparse } from "./sparse.ts";

/** An immutable description of the cost matrix C, n x m; tell the kinds apart by `kind`. */
export type Cost = DenseCost | SparseCost | PointsCost | GridCost | LowRankCost | GaussiansCost | CustomCost;

/** A cost, or a matrix (dense or CSR) to make one of. */
export type CostLike = Cost | MatrixLike | SparseMatrix;

/** Reads a {@link CostLike}. Throws `InvalidShape` or `InvalidValue` as `dense` and `sparse` do. */
export function toCost(C: CostLike): Cost {
  if (typeof C === "object" && C !== null) {
    if ("kind" in C && "block" in C) return C;
    if (isSparseMatrix(C)) return sparse(C);
    if (isMatrix(C) || "length" in C) return dense(C as MatrixLike);
  }
  throw new OtError("InvalidShape", "C is neither a cost nor a matrix.", {
    argument: "C",
    seen: C,
    cure: "Pass an array of rows, { data, rows, cols }, or a cost such as cost.points(x, y).",
  });
}
