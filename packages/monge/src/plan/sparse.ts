// A plan by its non-zero entries, in CSR form.
import type { SparseMatrix } from "../linalg/sparse.ts";
import { checkVector, derivePlan } from "./derive.ts";
import type { Plan, PlanEntry } from "./plan.ts";

/** A plan whose matrix is `matrix`. */
export interface SparsePlan extends Plan {
  readonly kind: "sparse";
  readonly matrix: SparseMatrix;
}

/** Wraps a CSR matrix of masses as a plan, without a copy. */
export function sparsePlan(matrix: SparseMatrix): SparsePlan {
  const { rows, cols, rowPtr, colIdx, values } = matrix;
  const shape = [rows, cols] as const;
  function* entries(minMass = 0): IterableIterator<PlanEntry> {
    for (let i = 0; i < rows; i++) {
      for (let k = rowPtr[i]; k < rowPtr[i + 1]; k++) {
        if (Math.abs(values[k]) > minMass) yield [i, colIdx[k], values[k]];
      }
    }
  }
  const plan = derivePlan({
    kind: "sparse",
    shape,
    entries,
    at(i, j) {
      for (let k = rowPtr[i]; k < rowPtr[i + 1]; k++) if (colIdx[k] === j) return values[k];
      return 0;
    },
    marginal(axis) {
      // Compensated: a row of 10^5 entries would lose 1e-12 of its mass otherwise.
      const total = new Float64Array(axis === 0 ? rows : cols);
      const lost = new Float64Array(total.length);
      for (let i = 0; i < rows; i++) {
        for (let k = rowPtr[i]; k < rowPtr[i + 1]; k++) {
          const at = axis === 0 ? i : colIdx[k];
          const before = total[at];
          const term = values[k];
          const next = before + term;
          lost[at] += Math.abs(before) < Math.abs(term) ? term - next + before : before - next + term;
          total[at] = next;
        }
      }
      for (let at = 0; at < total.length; at++) total[at] += lost[at];
      return total;
    },
    apply(v, axis = 0) {
      checkVector(shape, v, axis);
      const out = new Float64Array(axis === 0 ? rows : cols);
      for (let i = 0; i < rows; i++) {
        for (let k = rowPtr[i]; k < rowPtr[i + 1]; k++) {
          if (axis === 0) out[i] += values[k] * v[colIdx[k]];
          else out[colIdx[k]] += values[k] * v[i];
        }
      }
      return out;
    },
  });
  return { ...plan, kind: "sparse", matrix };
}
