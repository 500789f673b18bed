// Orthonormal rows with the span of given rows, by Gram and Schmidt, twice over: Kahan and Parlett.
// Rows that lie in the span of the rows before, to a relative 1e-10, are left out.
import type { Matrix } from "./matrix.ts";
import { dot } from "./sum.ts";

/** Orthonormal rows that span what the rows of d numbers in `rows` span. */
export function orthonormalRows(rows: Float64Array, d: number): Matrix {
  const kept: Float64Array[] = [];
  for (let at = 0; at < rows.length; at += d) {
    const row = rows.slice(at, at + d);
    const before = Math.sqrt(dot(row, row));
    for (let round = 0; round < 2; round++) {
      for (const other of kept) {
        const along = dot(row, other);
        for (let k = 0; k < d; k++) row[k] -= along * other[k];
      }
    }
    const length = Math.sqrt(dot(row, row));
    if (length > 1e-10 * before) kept.push(row.map((value) => value / length));
  }
  const data = new Float64Array(kept.length * d);
  kept.forEach((row, k) => {
    data.set(row, k * d);
  });
  return { data, rows: kept.length, cols: d };
}
