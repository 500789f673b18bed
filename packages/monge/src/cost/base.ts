// What all costs have in common, and the products that follow from blocks of rows.

/** The part of a cost that every kind has. A cost is immutable and holds no kernel memory. */
export interface CostBase {
  readonly shape: readonly [n: number, m: number];
  /** C_ij; Infinity is a forbidden pair. */
  at(i: number, j: number): number;
  /** Rows [begin, end) of C, row-major, into `out` (or a new array of (end - begin) m numbers). */
  block(begin: number, end: number, out?: Float64Array): Float64Array;
  /** axis 0: C v (v over columns, n numbers out); axis 1: C^T v (v over rows, m numbers out). 0 x Infinity counts as 0. */
  apply(v: Float64Array, axis: 0 | 1): Float64Array;
}

const blockEntries = 1 << 16;

/** Rows that make a block of about half a megabyte: enough to amortise the call, small enough for the cache. */
export function blockRows(m: number): number {
  return Math.max(1, Math.floor(blockEntries / Math.max(1, m)));
}

/** `apply` for a cost that can only fill rows. */
export function applyByBlocks(cost: Pick<CostBase, "shape" | "block">, v: Float64Array, axis: 0 | 1): Float64Array {
  const [n, m] = cost.shape;
  const out = new Float64Array(axis === 0 ? n : m);
  const step = blockRows(m);
  const buffer = new Float64Array(step * m);
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    cost.block(begin, end, buffer);
    for (let i = begin; i < end; i++) {
      const row = (i - begin) * m;
      if (axis === 0) {
        let total = 0;
        for (let j = 0; j < m; j++) if (v[j] !== 0) total += buffer[row + j] * v[j];
        out[i] = total;
      } else if (v[i] !== 0) {
        const scale = v[i];
        for (let j = 0; j < m; j++) out[j] += buffer[row + j] * scale;
      }
    }
  }
  return out;
}

/** A cost from a function that writes row i into `out` at `offset`. */
export function costFromRows(
  shape: readonly [number, number],
  at: (i: number, j: number) => number,
  fillRow: (i: number, out: Float64Array, offset: number) => void,
): CostBase {
  const base: CostBase = {
    shape,
    at,
    block(begin, end, out = new Float64Array((end - begin) * shape[1])) {
      for (let i = begin; i < end; i++) fillRow(i, out, (i - begin) * shape[1]);
      return out;
    },
    apply: (v, axis) => applyByBlocks(base, v, axis),
  };
  return base;
}
