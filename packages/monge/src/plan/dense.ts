// A plan held as a full matrix.
import { type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { lazyPlan } from "./lazy.ts";
import type { Plan } from "./plan.ts";

/** Wraps an n x m matrix of masses as a plan. */
export function densePlan(P: MatrixLike): Plan {
  const { data, rows, cols } = toMatrix(P, "P");
  const plan = lazyPlan([rows, cols], (i, out) => out.set(data.subarray(i * cols, (i + 1) * cols)));
  return {
    ...plan,
    kind: "dense",
    at: (i, j) => data[i * cols + j],
    toDense: () => ({ data: Float64Array.from(data), rows, cols }),
  };
}
