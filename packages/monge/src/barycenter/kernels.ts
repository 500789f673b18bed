// Soft minima over the support and over the inputs, under whichever costs they have: all that barycenters need of the entropic kernels.
//
// S_k(x) = -eps log sum_y b_k(y) exp((g_k(y) - C_k(x, y)) / eps) and T_k(y) = -eps log sum_x u exp((F_k(x) - C_k(x, y)) / eps) with u = 1 / n.
import type { Cost } from "../cost/cost.ts";
import { transpose } from "../cost/transpose.ts";
import { type SoftMinima, withSoftMinima } from "../entropic/operators/softMinima.ts";
import type { BarycenterProblem } from "./problem.ts";

/** The soft minima of a problem. */
export interface BarycenterKernels {
  /** S_k at the n points of the support. */
  support(k: number, g: Float64Array): Generator<void, Float64Array, void>;
  /** T_k at the atoms of input k; Infinity nowhere. */
  input(k: number, F: Float64Array): Generator<void, Float64Array, void>;
  /** Soft minima over the support, at the support itself. */
  self(F: Float64Array): Generator<void, Float64Array, void>;
}

/** Runs `work` on the kernels of a problem, at one epsilon. Costs that are shared are bound once for each direction. */
export function* withKernels<R>(
  { inputs, costs, n }: BarycenterProblem,
  epsilon: number,
  work: (kernels: BarycenterKernels) => Generator<void, R, void>,
): Generator<void, R, void> {
  const uniform = new Float64Array(n).fill(1 / n);
  const wanted: { cost: Cost; weights: Float64Array }[] = [];
  const want = (cost: Cost, weights: Float64Array): number => {
    const found = wanted.findIndex((other) => other.cost === cost && other.weights === weights);
    return found >= 0 ? found : wanted.push({ cost, weights }) - 1;
  };
  const turned = new Map(costs.map((cost) => [cost, transpose(cost)]));
  const atSupport = costs.map((cost, k) => want(cost, inputs[k]));
  const atInputs = costs.map((cost) => want(turned.get(cost) ?? cost, uniform));
  const open: SoftMinima[] = [];
  function* openNext(): Generator<void, R, void> {
    if (open.length === wanted.length) {
      return yield* work({
        support: (k, g) => open[atSupport[k]](g),
        input: (k, F) => open[atInputs[k]](F),
        self: (F) => open[atInputs[0]](F),
      });
    }
    const { cost, weights } = wanted[open.length];
    return yield* withSoftMinima(cost, { g: new Float64Array(weights.length), weights, epsilon }, (softMinima) => {
      open.push(softMinima);
      return openNext();
    });
  }
  return yield* openNext();
}
