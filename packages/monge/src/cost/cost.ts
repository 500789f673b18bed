// A cost is an immutable description of C, n x m: how to compute an entry, a block of rows and a product. It holds no kernel memory.

/** What all costs have in common; see `dense`, `sparse`, `points`, `grid`, `lowRank` and `custom`. */
export interface CostBase {
  readonly shape: readonly [n: number, m: number];
  /** C_ij; Infinity is a forbidden pair. */
  at(i: number, j: number): number;
  /** Rows [begin, end) of C, row-major, into `out` (or a new array of (end - begin) m numbers). */
  block(begin: number, end: number, out?: Float64Array): Float64Array;
  /** axis 0: C v (v over columns, n numbers); axis 1: C^T v (v over rows, m numbers). 0 x Infinity counts as 0. */
  apply(v: Float64Array, axis: 0 | 1): Float64Array;
}
