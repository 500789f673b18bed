// Gradients of transport: of a value by the envelope theorem, of the transport cost of an entropic plan by implicit differentiation.
// Cuturi and Doucet (2014); Feydy et al. (2019); Luise, Rudi, Pontil and Ciliberto (2018).
import type { DivergenceResult } from "../entropic/divergence/result.ts";
import type { SinkhornResult } from "../entropic/sinkhornResult.ts";
import { OtError } from "../errors/otError.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { Result } from "../run/result.ts";
import { adjointOf, costTilt } from "./implicit.ts";
import { type PositionGradient, positionGradient } from "./positions.ts";
import { type WeightGradient, weightGradient } from "./weights.ts";

/** Which derivative {@link gradient} returns. */
export interface GradientOptions<W extends "weights" | "positions" | "cost"> {
  /** By what: the masses a and b, the points x and y, or the cost matrix. */
  readonly wrt: W;
  /** Of what: the objective (default), or <P, C> of the plan of a balanced `sinkhorn`. Without entropy they are the same. */
  readonly of?: "value" | "transportCost";
}

/**
 * The gradient of an answer, from the answer: nothing is solved again but, for the transport cost of an entropic plan, a linear system.
 *
 * - `"weights"`: d/da_i and d/db_j. Where masses must balance only changes of equal mass on both sides make sense, so a constant can move
 *   from `a` to `b`; returned are the centred potentials, <grad a, a> = <grad b, b>. On the simplex subtract the mean.
 * - `"positions"`: d/dx (n x d) and d/dy (m x d), for `cost.points` under every ground. Where points meet at a kink of the ground cost
 *   (`"euclidean"`: at the same place; `"cityblock"`: in a coordinate) they count as 0, a subgradient for convex grounds; never NaN. Under
 *   `"cosine"` by the unit vectors `problem.cost.x`: divide row i by the length of your x_i.
 * - `"cost"`: d/dC_ij: for the value the plan itself, for the transport cost a lazy matrix in the form of a plan, with entries of any sign.
 *
 * Exact answers have gradients where the plan and the potentials are unique, subgradients elsewhere. Entropic ones are differentiable; the
 * error is that of the potentials: solve to a small tolerance. Of a divergence, moving x moves it in both of its terms.
 *
 * Throws `Unsupported` where the result carries no problem, its cost no positions, or the transport cost is not that of a balanced plan.
 */
export interface Gradient {
  (result: Result | DivergenceResult, options: GradientOptions<"weights">): WeightGradient;
  (result: Result | DivergenceResult, options: GradientOptions<"positions">): PositionGradient;
  (result: Result, options: GradientOptions<"cost">): Plan;
}

/** The gradient of an answer; see {@link Gradient}. */
export const gradient: Gradient = ((
  result: Result | DivergenceResult,
  { wrt, of = "value" }: GradientOptions<"weights" | "positions" | "cost">,
): WeightGradient | PositionGradient | Plan => {
  if (!["weights", "positions", "cost"].includes(wrt)) throw unknown("wrt", wrt, '"weights", "positions" or "cost"');
  if (of !== "value" && of !== "transportCost") throw unknown("of", of, '"value" or "transportCost"');
  if ("parts" in result) {
    if (of === "value" && wrt === "weights") return divergenceWeights(result);
    if (of === "value" && wrt === "positions") return divergencePositions(result);
    throw unsupported("A divergence has three plans", "Take the gradients of its parts.");
  }
  if (of === "value" || !("epsilon" in result)) {
    if (of === "transportCost" && result.problem?.marginals !== undefined) {
      throw unsupported("Penalties move the plan too", 'Use of: "value".');
    }
    if (wrt === "weights") return weightGradient(result);
    return wrt === "positions" ? positionGradient(result) : result.plan;
  }
  return costGradient(result as SinkhornResult, wrt);
}) as Gradient;

function costGradient(
  result: SinkhornResult,
  wrt: "weights" | "positions" | "cost",
): WeightGradient | PositionGradient | Plan {
  if (result.problem.marginals !== undefined) throw unsupported("Penalties move the plan too", 'Use of: "value".');
  const { epsilon } = result;
  const { alpha, beta } = adjointOf(result);
  if (wrt === "weights") return { a: alpha, b: beta };
  if (wrt === "cost") return costTilt({ alpha, beta }, result);
  const scaled = (values: Float64Array): Float64Array => values.map((value) => value / epsilon);
  return positionGradient(result, { alpha: scaled(alpha), beta: scaled(beta), k: 1 / epsilon });
}

function divergenceWeights({ parts, epsilon }: DivergenceResult): WeightGradient {
  const whole = weightGradient(parts.xy);
  const source = weightGradient(parts.xx);
  const target = weightGradient(parts.yy);
  const { a, b, marginals } = parts.xy.problem;
  const excess = marginals === undefined ? 0 : epsilon * (sum(a) - sum(b));
  return {
    a: whole.a.map((value, i) => value - (source.a[i] + source.b[i]) / 2 + excess),
    b: whole.b.map((value, j) => value - (target.a[j] + target.b[j]) / 2 - excess),
  };
}

function divergencePositions({ parts }: DivergenceResult): PositionGradient {
  const whole = positionGradient(parts.xy);
  const source = positionGradient(parts.xx);
  const target = positionGradient(parts.yy);
  const minus = (one: Matrix, { x, y }: PositionGradient): Matrix => ({
    ...one,
    data: one.data.map((value, k) => value - (x.data[k] + y.data[k]) / 2),
  });
  return { x: minus(whole.x, source), y: minus(whole.y, target) };
}

function unknown(name: string, seen: unknown, cure: string): OtError {
  return new OtError("InvalidValue", `${name} is ${JSON.stringify(seen)}.`, {
    argument: `options.${name}`,
    seen,
    cure: `Use ${cure}.`,
  });
}

function unsupported(why: string, cure: string): OtError {
  return new OtError("Unsupported", `This gradient is not available: ${why}.`, { argument: "result", cure });
}
