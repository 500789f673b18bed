// An operator that sums a whole row or column of the kernel by itself, without its entries: separable on grids, or the caller's own.
import type { Workspace } from "../../kernels/workspace.ts";

/**
 * Fills R_i = log2 sum_j b_j 2^(G_j - s C_ij) and L_j = log2 sum_i a_i 2^(F_i - s C_ij), s = log2(e) / eps, where masses and
 * potentials are those of the kernels' `softmin` arrays. Generators yield between chunks of work.
 */
export interface SoftminOperator {
  /** What the report calls it. */
  readonly name: string;
  /** The largest finite |C_ij|. */
  largest(): Generator<void, number, void>;
  setEpsilon(epsilon: number): void;
  /** axis 0: R from G; axis 1: L from F. */
  sums(axis: 0 | 1): Generator<void, void, void>;
  /** <P, C> at the present potentials, for masses relative to the total; R is lost. */
  transportCost(): Generator<void, number, void>;
}

/** The arrays of a side in the kernels. */
const arrays = { masses: 0, mantissas: 1, exponents: 2, potentials: 3, sums: 4 } as const;

/** The address of an array of the rows (side 0) or the columns (side 1). */
export function softminArray(workspace: Workspace, side: 0 | 1, which: keyof typeof arrays): number {
  return workspace.call["softminArray"](side, arrays[which]);
}
