// One direction: the monotone plan between the projections, which is also a plan between the points (lifted), and its cost on the line.
// Ties among projections are broken by the index of the points: another order may lift to another plan.
import { argsort } from "../exact/line/lineOrder.ts";
import { pick } from "../exact/line/lineProblem.ts";
import { northWest, power, type Staircase, uniformStairs } from "../exact/line/staircase.ts";
import { sum } from "../linalg/sum.ts";
import type { SliceProblem } from "./slices.ts";

/** One direction, its cost, and the plan along it. */
export interface Slice {
  readonly problem: SliceProblem;
  readonly theta: Float64Array;
  readonly value: number;
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly stairs: Staircase;
  /** theta . (x - y) in each cell of the stairs. */
  readonly gaps: Float64Array;
}

/** The plan along a direction. */
export function slice(problem: SliceProblem, theta: Float64Array): Slice {
  const [u, v] = [projected(problem.x, theta), projected(problem.y, theta)];
  const [rows, columns] = [argsort(u), argsort(v)];
  const stairs = problem.uniform
    ? uniformStairs(u.length, v.length, 1)
    : northWest(pick(problem.a, rows), pick(problem.b, columns));
  const gaps = stairs.mass.map((_, k) => u[rows[stairs.i[k]]] - v[columns[stairs.j[k]]]);
  return {
    problem,
    theta,
    rows,
    columns,
    stairs,
    gaps,
    value: sum(stairs.mass.map((mass, k) => mass * power(gaps[k], problem.p))),
  };
}

/** <theta, x_i> for each point. */
export function projected({ data, rows, cols }: SliceProblem["x"], theta: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++) {
    let total = 0;
    for (let k = 0; k < cols; k++, at++) total += theta[k] * data[at];
    out[i] = total;
  }
  return out;
}

/** <P, |x - y|^p> of the lifted plan: an upper bound of W_p^p. */
export function liftedCost({ problem, rows, columns, stairs }: Slice): number {
  const { x, y, p } = problem;
  const d = x.cols;
  return sum(
    stairs.mass.map((mass, k) => {
      if (mass === 0) return 0;
      const [from, to] = [rows[stairs.i[k]] * d, columns[stairs.j[k]] * d];
      let square = 0;
      for (let c = 0; c < d; c++) square += (x.data[from + c] - y.data[to + c]) ** 2;
      return mass * (p === 2 ? square : square ** (p / 2));
    }),
  );
}
