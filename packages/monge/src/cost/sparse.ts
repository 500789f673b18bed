// A cost on a sparse graph: an absent pair is forbidden.
import { OtError } from "../errors/otError.ts";
import { checkSparse, type SparseMatrix } from "../linalg/sparse.ts";
import { type CostBase, costFromRows } from "./base.ts";

/** A cost on the arcs of a bipartite graph; absent pairs cost Infinity. */
export interface SparseCost extends CostBase {
  readonly kind: "sparse";
  readonly matrix: SparseMatrix;
}

/**
 * The cost whose finite entries are those of the CSR matrix `M`; every absent pair is forbidden.
 *
 * Throws `InvalidShape` where `M` breaks the CSR invariants, `InvalidValue` at NaN or -Infinity.
 */
export function sparse(M: SparseMatrix): SparseCost {
  checkSparse(M, "C");
  const { rows, cols, rowPtr, colIdx, values } = M;
  for (let k = 0; k < values.length; k++) {
    if (!(values[k] > -Infinity)) {
      throw new OtError("InvalidValue", `The cost of sparse entry ${k} (column ${colIdx[k]}) is ${values[k]}.`, {
        argument: "C",
        seen: values[k],
        cure: "Use finite costs, and leave forbidden pairs out.",
      });
    }
  }
  const at = (i: number, j: number): number => {
    let low = rowPtr[i];
    let high = rowPtr[i + 1] - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (colIdx[middle] === j) return values[middle];
      if (colIdx[middle] < j) low = middle + 1;
      else high = middle - 1;
    }
    return Infinity;
  };
  const fillRow = (i: number, out: Float64Array, offset: number): void => {
    out.fill(Infinity, offset, offset + cols);
    for (let k = rowPtr[i]; k < rowPtr[i + 1]; k++) out[offset + colIdx[k]] = values[k];
  };
  return { kind: "sparse", matrix: M, ...costFromRows([rows, cols], at, fillRow) };
}
