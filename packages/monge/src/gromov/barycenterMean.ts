// The best structure and features for given plans, in closed form: means of what each pair of atoms is matched with.
import type { Matrix } from "../linalg/matrix.ts";
import type { Plan } from "../plan/plan.ts";
import type { MeanProblem } from "./barycenterProblem.ts";
import { leastShare } from "./loss.ts";
import { largestEntry } from "./structure.ts";

/** sum_s weight_s P_s C_s P_s^T / (p p^T); under KL the exponential of that mean of logarithms. Atoms without mass keep their entries. */
export function meanStructure(problem: MeanProblem, plans: readonly Plan[], before: Matrix): Matrix {
  const { members, masses, loss } = problem;
  const size = masses.length;
  const data = new Float64Array(size * size);
  members.forEach(({ structure, weight }, s) => {
    const { n } = structure;
    const P = plans[s].toSparse();
    const floor = leastShare * largestEntry(structure);
    const row = new Float64Array(n);
    // Q = P C, a row of it at a time, times P^T.
    const moved = new Float64Array(n);
    for (let i = 0; i < size; i++) {
      moved.fill(0);
      for (let e = P.rowPtr[i]; e < P.rowPtr[i + 1]; e++) {
        structure.row(P.colIdx[e], row);
        const share = P.values[e];
        if (loss === "KL") for (let k = 0; k < n; k++) moved[k] += share * Math.log(Math.max(row[k], floor));
        else for (let k = 0; k < n; k++) moved[k] += share * row[k];
      }
      for (let k = 0; k < size; k++) {
        let total = 0;
        for (let e = P.rowPtr[k]; e < P.rowPtr[k + 1]; e++) total += P.values[e] * moved[P.colIdx[e]];
        data[i * size + k] += weight * total;
      }
    }
  });
  for (let i = 0, at = 0; i < size; i++) {
    for (let k = 0; k < size; k++, at++) {
      const both = masses[i] * masses[k];
      if (both === 0) data[at] = before.data[at];
      else data[at] = loss === "KL" ? Math.exp(data[at] / both) : data[at] / both;
    }
  }
  return { data, rows: size, cols: size };
}

/** sum_s weight_s P_s Y_s / p. Atoms without mass keep their features. */
export function meanFeatures({ members, masses }: MeanProblem, plans: readonly Plan[], before: Matrix): Matrix {
  const { rows, cols } = before;
  const data = new Float64Array(rows * cols);
  members.forEach(({ features, weight }, s) => {
    for (const [i, j, moved] of plans[s].entries()) {
      for (let k = 0; k < cols; k++)
        data[i * cols + k] += (weight * moved * (features?.data[j * cols + k] ?? 0)) / masses[i];
    }
  });
  for (let at = 0; at < data.length; at++) if (masses[Math.floor(at / cols)] === 0) data[at] = before.data[at];
  return { data, rows, cols };
}
