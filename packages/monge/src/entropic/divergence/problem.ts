// The three transport problems of a divergence: the costs between and within the sides, and the masses.
import { type Cost, type CostLike, toCost } from "../../cost/cost.ts";
import type { Ground } from "../../cost/ground.ts";
import { OtError } from "../../errors/otError.ts";
import { type MeasureLike, pairOf } from "../../measure/between.ts";
import type { Weights } from "../../measure/weights.ts";
import type { RunOptions } from "../../run/options.ts";
import type { Warning } from "../../run/report.ts";

import type { Unbalanced } from "../relaxed/penalty.ts";

/** Options of {@link divergenceOfCosts}. Give `epsilon` or `relativeEpsilon`. */
export interface DivergenceOptions extends RunOptions {
  /** The weight of the entropy, > 0, in the unit of the cost; the same in all three problems. */
  readonly epsilon?: number;
  /** The same as a multiple of the largest finite cost between the two sides. */
  readonly relativeEpsilon?: number;
  /** L1 error of the marginals of each plan, relative to the mass; default 1e-9. */
  readonly tolerance?: number;
  /**
   * Penalties instead of held marginals, as for `sinkhorn`: a number is KL of that strength. Both sides need the same; masses may
   * differ then. Default: marginals are held.
   */
  readonly unbalanced?: Unbalanced;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/** The costs of a divergence: between the sides (n x m), and within either (n x n, m x m; symmetric). */
export interface DivergenceCosts<C = CostLike> {
  readonly xy: C;
  readonly xx: C;
  readonly yy: C;
}

/** A divergence to be computed. */
export interface DivergenceProblem {
  readonly costs: DivergenceCosts<Cost>;
  readonly a: Weights;
  readonly b: Weights;
  /** Whether both sides are the same measure, atom for atom: one problem then stands for all three. */
  readonly same: boolean;
  readonly warnings: readonly Warning[];
}

/** The divergence between two measures. */
export function measuresProblem(source: MeasureLike, target: MeasureLike, ground: Ground): DivergenceProblem {
  const { a, b, cost: xy } = pairOf(source, target, ground);
  const xx = pairOf(source, source, ground).cost;
  const same = equal(a, b) && sameAtoms(xy);
  const yy = same ? xx : pairOf(target, target, ground).cost;
  return { costs: { xy: same ? xx : xy, xx, yy }, a, b, same, warnings: warningsOf(xx) };
}

/** The divergence under given costs. Throws `InvalidShape` where their sizes do not fit. */
export function costsProblem(a: Weights, b: Weights, given: DivergenceCosts): DivergenceProblem {
  const costs = { xy: toCost(given?.xy), xx: toCost(given?.xx), yy: toCost(given?.yy) };
  const [n, m] = costs.xy.shape;
  for (const [name, cost, size] of [
    ["xx", costs.xx, n],
    ["yy", costs.yy, m],
  ] as const) {
    if (cost.shape[0] === size && cost.shape[1] === size) continue;
    throw new OtError("InvalidShape", `The cost ${name} is ${cost.shape.join(" x ")}, the cost xy ${n} x ${m}.`, {
      argument: `costs.${name}`,
      seen: cost.shape,
      cure: `Pass a cost of ${size} x ${size}: that of one side against itself.`,
    });
  }
  return { costs, a, b, same: false, warnings: warningsOf(costs.xx) };
}

/**
 * Positivity needs exp(-C / eps) to be a positive kernel for every eps: |x - y|^q in the l_p norm is one for 0 < q <= p <= 2
 * (Schoenberg 1938; Bretagnolle, Dacunha-Castelle and Krivine 1966), and so are their sums over coordinates.
 */
function warningsOf(cost: Cost): Warning[] {
  if (cost.kind === "points" && cost.ground.norm <= 2 && cost.ground.power <= cost.ground.norm) return [];
  if (cost.kind === "points" && cost.x.cols === 1 && cost.ground.power <= 2) return [];
  if (cost.kind === "grid" && cost.power <= 2) return [];
  const seen = cost.kind === "points" ? `the ground cost ${cost.ground.name}` : `a cost of kind "${cost.kind}"`;
  return [
    {
      code: "PositivityUnproven",
      message: `Under ${seen} a divergence may be negative, or 0 for different measures: it is proven positive for |x - y|^p, 0 < p <= 2.`,
    },
  ];
}

function sameAtoms(cost: Cost): boolean {
  if (cost.kind === "points") return cost.x.rows === cost.y.rows && equal(cost.x.data, cost.y.data);
  if (cost.kind !== "grid") return false;
  const { sourceShape, targetShape, sourceAxes, targetAxes } = cost;
  return equal(sourceShape, targetShape) && sourceAxes.every((axis, k) => equal(axis, targetAxes[k]));
}

function equal(x: ArrayLike<number>, y: ArrayLike<number>): boolean {
  if (x.length !== y.length) return false;
  for (let k = 0; k < x.length; k++) if (x[k] !== y[k]) return false;
  return true;
}
