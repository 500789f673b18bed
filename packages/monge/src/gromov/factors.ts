// Factors of a matrix that has a small rank: C = U V^T, by Gaussian elimination with complete pivoting, stopped where nothing is left.
// A matrix of squared distances between points in d dimensions has rank d + 2, however it came about.

/** C = U V^T, both n x rank, row-major. */
export interface Factors {
  readonly U: Float64Array;
  readonly V: Float64Array;
  readonly rank: number;
}

/** Ranks that are looked for, and sizes from which it pays. */
const largestRank = 12;
const smallest = 64;
/** What is left of a matrix, relative to its largest entry, when it counts as found. */
const rounding = 2e-14;

/** Factors with every entry right to rounding, or null where the n x n matrix has no small rank. */
export function revealFactors(C: Float64Array, n: number): Factors | null {
  if (n < smallest) return null;
  const rest = C.slice();
  const rows: Float64Array[] = [];
  const columns: Float64Array[] = [];
  let whole = 0;
  for (;;) {
    let pivot = 0;
    for (let at = 1; at < rest.length; at++) if (Math.abs(rest[at]) > Math.abs(rest[pivot])) pivot = at;
    const largest = Math.abs(rest[pivot]);
    if (rows.length === 0) whole = largest;
    if (largest <= rounding * whole) break;
    if (rows.length === largestRank) return null;
    const row = rest.slice(pivot - (pivot % n), pivot - (pivot % n) + n);
    const scale = 1 / rest[pivot];
    const column = Float64Array.from(row, (_, i) => rest[i * n + (pivot % n)] * scale);
    for (let i = 0, at = 0; i < n; i++) {
      const times = column[i];
      for (let k = 0; k < n; k++, at++) rest[at] -= times * row[k];
    }
    rows.push(row);
    columns.push(column);
  }
  const rank = rows.length;
  const U = new Float64Array(n * rank);
  const V = new Float64Array(n * rank);
  for (let l = 0; l < rank; l++) {
    for (let i = 0; i < n; i++) {
      U[i * rank + l] = columns[l][i];
      V[i * rank + l] = rows[l][i];
    }
  }
  return { U, V, rank };
}
