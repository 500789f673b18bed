// What follows for any plan from its entries, marginals and products.
import { OtError } from "../errors/otError.ts";
import { type Matrix, toMatrix } from "../linalg/matrix.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import type { Plan, PlanCore } from "./plan.ts";

/** Completes a plan with its barycentric map and conversions. `rows` makes one row after the other, where that costs less than products. */
export function derivePlan({ rows, ...core }: PlanCore & { rows?(): Iterable<Float64Array> }): Plan {
  const [n, m] = core.shape;
  return {
    ...core,
    barycentricMap(y) {
      const points = toMatrix(y, "y");
      if (points.rows !== m) {
        throw new OtError("InvalidShape", `The plan has ${m} columns, y has ${points.rows} points.`, {
          argument: "y",
          seen: points.rows,
          cure: "Pass one point for each column of the plan.",
        });
      }
      const d = points.cols;
      if (rows !== undefined) return meansOfRows(rows(), points.data, n, d);
      const data = new Float64Array(n * d);
      const mass = core.marginal(0);
      const column = new Float64Array(m);
      for (let k = 0; k < d; k++) {
        for (let j = 0; j < m; j++) column[j] = points.data[j * d + k];
        const carried = core.apply(column, 0);
        for (let i = 0; i < n; i++) data[i * d + k] = mass[i] > 0 ? carried[i] / mass[i] : 0;
      }
      return { data, rows: n, cols: d };
    },
    toDense() {
      const data = new Float64Array(n * m);
      for (const [i, j, mass] of core.entries()) data[i * m + j] = mass;
      return { data, rows: n, cols: m };
    },
    toSparse(minMass = 0) {
      const i: number[] = [];
      const j: number[] = [];
      const v: number[] = [];
      for (const [row, column, mass] of core.entries(minMass)) {
        i.push(row);
        j.push(column);
        v.push(mass);
      }
      return sparseFromEntries(n, m, i, j, v);
    },
  };
}

/** The mean of `points` (m x d) under each row of masses; 0 where a row has none. */
function meansOfRows(rows: Iterable<Float64Array>, points: ArrayLike<number>, n: number, d: number): Matrix {
  const data = new Float64Array(n * d);
  let i = 0;
  for (const masses of rows) {
    const mean = data.subarray(i * d, (i + 1) * d);
    i++;
    let mass = 0;
    for (let j = 0, at = 0; j < masses.length; j++, at += d) {
      mass += masses[j];
      if (masses[j] !== 0) for (let k = 0; k < d; k++) mean[k] += masses[j] * points[at + k];
    }
    for (let k = 0; k < d; k++) mean[k] = mass > 0 ? mean[k] / mass : 0;
  }
  return { data, rows: n, cols: d };
}

/** Throws `InvalidShape` unless v fits the side that `axis` multiplies. */
export function checkVector(shape: readonly [number, number], v: ArrayLike<number>, axis: 0 | 1): void {
  const expected = axis === 0 ? shape[1] : shape[0];
  if (v.length === expected) return;
  throw new OtError("InvalidShape", `The vector has ${v.length} entries, the plan is ${shape[0]} x ${shape[1]}.`, {
    argument: "v",
    seen: v.length,
    cure: `Pass ${expected} numbers for axis ${axis}.`,
  });
}
