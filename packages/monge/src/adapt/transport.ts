// Adaptation by a plan: fitted samples go to the mean of where their mass goes, others as those near them.
// Courty, Flamary, Tuia, Rakotomamonjy, "Optimal transport for domain adaptation" (2017); unbalanced: Fatras et al. (2021).
import { entropicMap } from "../entropic/map.ts";
import type { Unbalanced } from "../entropic/relaxed/penalty.ts";
import { type SinkhornOptions, sinkhorn } from "../entropic/sinkhorn.ts";
import type { SinkhornResult } from "../entropic/sinkhornResult.ts";
import { OtError } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { regularisedTransport } from "../regularised/regularised.ts";
import type { RunOptions } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import type { Run } from "../run/solver.ts";
import { costBetween, type DomainOptions, type Domains } from "./domain.ts";
import { requireLabels } from "./labels.ts";
import { moveLike, type OutOfSampleOptions, readRule } from "./outOfSample.ts";

/** Options of the methods that find a plan. */
export interface TransportOptions extends RunOptions, DomainOptions, OutOfSampleOptions {
  /** Weight of the entropy, > 0, in the unit of the cost; of `"groupLasso"` and `"laplacian"` default none. */
  readonly epsilon?: number;
  /** The same as a multiple of the largest cost before label penalties; default 0.02 for `"sinkhorn"` and `"unbalanced"`. */
  readonly relativeEpsilon?: number;
  /**
   * `"groupLasso"`: strength of the group lasso in the unit of the cost, default a twentieth of the largest cost. `"laplacian"`: strength of the
   * Laplacian, default the number of source samples (its sums run over pairs of neighbours, weighted by both masses).
   */
  readonly strength?: number;
  /** `"unbalanced"`: what it costs to leave mass behind, see {@link Unbalanced}; default KL by a tenth of the largest cost. */
  readonly unbalanced?: Unbalanced;
  /** Tolerance of the solver; default its own, and 1e-3 for `"laplacian"` and the mappings. */
  readonly tolerance?: number;
}

/** The methods that find a plan. */
export type TransportMethod = "exact" | "sinkhorn" | "unbalanced" | "groupLasso" | "laplacian";

/** How samples move, both ways. */
export interface Motion {
  forward(points: Matrix<Floats>): Matrix;
  backward(points: Matrix<Floats>): Matrix;
}

/** Starts the solver of a method on the domains. Throws what it throws. */
export function startTransport(method: TransportMethod, domains: Domains, options: TransportOptions): Run<Result> {
  const { cost, largest } = costBetween(domains, options);
  const { a, b, x, y, sourceLabels } = domains;
  const { epsilon, relativeEpsilon, strength, unbalanced, sourceWeights, targetWeights, ...rest } = options;
  const run = pick(rest);
  const entropy = epsilon ?? (relativeEpsilon === undefined ? undefined : relativeEpsilon * largest());
  const entropic = (): SinkhornOptions => ({ ...run, epsilon: entropy ?? 0.02 * largest() });
  switch (method) {
    case "exact":
      return emd.steps(a, b, cost, run);
    case "sinkhorn":
      return sinkhorn.steps(a, b, cost, entropic());
    case "unbalanced":
      return sinkhorn.steps(a, b, cost, { ...entropic(), unbalanced: unbalanced ?? 0.1 * largest() });
    case "groupLasso": {
      const labels = requireLabels(sourceLabels, "sourceLabels", "The group lasso groups sources by class");
      const regulariser = { kind: "groupLasso", strength: strength ?? 0.05 * largest(), labels } as const;
      return regularisedTransport.steps(a, b, cost, { ...run, regulariser, epsilon: entropy });
    }
    case "laplacian": {
      const regulariser = { kind: "laplacian", strength: strength ?? x.rows, source: x, target: y } as const;
      return regularisedTransport.steps(a, b, cost, { tolerance: 1e-3, ...run, regulariser, epsilon: entropy });
    }
  }
}

/** The options that every solver takes. */
function pick({
  maxIterations,
  timeLimitMs,
  seed,
  onProgress,
  stopWhen,
  tolerance,
  ...other
}: TransportOptions): RunOptions {
  const { pool } = other as { pool?: unknown };
  const given = { maxIterations, timeLimitMs, seed, onProgress, stopWhen, tolerance, pool };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** How samples move under a plan. Throws `Unsupported` where the rule needs potentials that the plan does not have. */
export function motionOf(result: Result, { x, y }: Domains, options: TransportOptions): Motion {
  const rule = readRule(options);
  if (rule === "entropic") {
    if (!("epsilon" in result) || result.problem?.cost.kind !== "points") {
      throw new OtError("Unsupported", "This plan has no entropic map.", {
        argument: "options.outOfSample",
        seen: rule,
        cure: 'Use method "sinkhorn" or "unbalanced" without target labels, or the rule "nearest" or "smooth".',
      });
    }
    const map = entropicMap(result as SinkhornResult);
    return { forward: (points) => map.map(points), backward: (points) => map.inverse.map(points) };
  }
  const { plan } = result;
  return {
    forward: (points) => moveLike(points, x, plan.barycentricMap(y), plan.marginal(0), rule),
    backward: (points) => moveLike(points, y, transposedMap(plan, x), plan.marginal(1), rule),
  };
}

/** Where each column's mass comes from on average. */
export function transposedMap(plan: Result["plan"], x: Matrix<Floats>): Matrix {
  const mass = plan.marginal(1);
  const data = new Float64Array(mass.length * x.cols);
  for (let c = 0; c < x.cols; c++) {
    const along = Float64Array.from({ length: x.rows }, (_, i) => x.data[i * x.cols + c]);
    plan.apply(along, 1).forEach((value, j) => {
      data[j * x.cols + c] = mass[j] > 0 ? value / mass[j] : 0;
    });
  }
  return { data, rows: mass.length, cols: x.cols };
}
