// The derivatives of a transport value by the places of the atoms: sum_j P_ij grad_x c(x_i, y_j), the plan held fixed (envelope theorem).
import type { PointsCost } from "../cost/points.ts";
import { transpose } from "../cost/transpose.ts";
import { exp2All } from "../entropic/operators/exponentials.ts";
import { type Extension, noPoints, tangential, withExtension } from "../entropic/operators/extend.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { drain } from "../run/solver.ts";
import { slopeOf } from "./slope.ts";
import { type AnyResult, problemOf } from "./weights.ts";

/** Derivatives by the points of either side. */
export interface PositionGradient {
  /** n x d. */
  readonly x: Matrix;
  /** m x d. */
  readonly y: Matrix;
}

/** Factors 1 + alpha_i + beta_j - k C_ij of the plan's entries. */
export interface Tilt {
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
  readonly k: number;
}

/** d value / d x and d value / d y, with the entries of the plan multiplied by what `tilt` says. */
export function positionGradient(result: AnyResult, tilt: Tilt | null = null): PositionGradient {
  const { cost } = problemOf(result);
  if (cost.kind !== "points") throw noPoints(cost);
  const turned = transpose(cost) as PointsCost;
  if (result.epsilon === undefined) return { x: byEntries(result, cost, 0), y: byEntries(result, turned, 1) };
  return {
    x: byKernel(result, result.epsilon, cost, 0, tilt),
    y: byKernel(result, result.epsilon, turned, 1, tilt),
  };
}

/** A plan of few entries. */
function byEntries({ plan }: AnyResult, cost: PointsCost, axis: 0 | 1): Matrix {
  const { rows, cols } = cost.x;
  const data = new Float64Array(rows * cols);
  const add = slopeOf(cost);
  for (const [i, j, mass] of plan.entries()) {
    if (axis === 0) add(mass, i, j, data, i * cols);
    else add(mass, j, i, data, j * cols);
  }
  if (cost.ground.cosine) tangential(data, cost.x);
  return { data, rows, cols };
}

/** The plan of entropic potentials: row mass times the mean gradient. */
function byKernel(result: AnyResult, epsilon: number, cost: PointsCost, axis: 0 | 1, tilt: Tilt | null): Matrix {
  const { a, b, marginals } = problemOf(result);
  const { f, g, lambda = 0 } = result.potentials;
  const [mine, masses, other, weights] = axis === 0 ? [f, a, g, b] : [g, b, f, a];
  const mass = marginals === undefined ? sum(a) : 1;
  const beyond = { g: other, weights: weights.map((weight) => weight / mass), epsilon };
  return drain(
    withExtension(cost, beyond, function* (extension: Extension) {
      if (tilt !== null) {
        const [alpha, beta] = axis === 0 ? [tilt.alpha, tilt.beta] : [tilt.beta, tilt.alpha];
        extension.tilt(alpha, beta, tilt.k);
      }
      const { data, rows, cols } = yield* extension.gradients();
      const soft = yield* extension.softMinima();
      const moved = mine.map((value, i) =>
        masses[i] > 0 ? (Math.LOG2E / epsilon) * (value + lambda - soft[i]) : -Infinity,
      );
      exp2All(moved);
      for (let k = 0; k < data.length; k++) {
        const i = Math.floor(k / cols);
        data[k] *= masses[i] * moved[i];
      }
      return { data, rows, cols };
    }),
  );
}
