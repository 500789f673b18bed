// What a barycenter on a fixed support is made of: inputs, the cost from the support to each of them, their shares.
import { type Cost, type CostLike, toCost } from "../cost/cost.ts";
import { OtError } from "../errors/otError.ts";
import { toShares } from "../gaussian/barycenter.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "../measure/weights.ts";

/** The cost from the support (rows) to the atoms of the inputs (columns): one for all, or a list of costs, one for each input. */
export type BarycenterCost = CostLike | readonly Cost[];

/** Inputs that were checked. */
export interface BarycenterProblem {
  /** Masses of each input. */
  readonly inputs: readonly Float64Array[];
  /** n x m_k each. */
  readonly costs: readonly Cost[];
  /** Weights of the inputs, which sum to 1. */
  readonly shares: Float64Array;
  /** The mass of each input. */
  readonly masses: readonly number[];
  /** Atoms of the support. */
  readonly n: number;
}

/**
 * Reads inputs, costs and weights. With `balanced`, masses that differ by no more than `massTolerance` are scaled to that of the first.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`.
 */
export function readBarycenter(
  inputs: readonly Weights[],
  C: BarycenterCost,
  weights: Weights,
  balanced: boolean,
  massTolerance = 1e-9,
): BarycenterProblem {
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new OtError("InvalidShape", "There are no measures.", {
      argument: "inputs",
      seen: inputs,
      cure: "Pass an array of at least one array of masses.",
    });
  }
  const costs = readCosts(C, inputs.length);
  const n = costs[0].shape[0];
  const read = inputs.map((input: Weights, k) => {
    const m = costs[k].shape[1];
    if (costs[k].shape[0] !== n) throw otherSupport(k, costs[k].shape[0], n);
    return input === null ? new Float64Array(m).fill(1 / m) : readWeights(input, m, `inputs[${k}]`);
  });
  const masses = read.map((input, k) => {
    const mass = sum(input);
    if (mass > 0 && mass < Infinity) return mass;
    throw new OtError("InvalidValue", `inputs[${k}] weighs ${mass}.`, {
      argument: `inputs[${k}]`,
      seen: mass,
      cure: "Pass a measure of positive, finite mass.",
    });
  });
  const shares = toShares(weights, inputs.length);
  if (!balanced) return { inputs: read, costs, shares, masses, n };
  const [mass] = masses;
  const matched = read.map((input, k) => {
    if (masses[k] === mass) return input;
    if (Math.abs(masses[k] - mass) <= massTolerance * Math.max(mass, masses[k]))
      return input.map((value) => value * (mass / masses[k]));
    throw new OtError("MassMismatch", `inputs[0] weighs ${mass}, inputs[${k}] weighs ${masses[k]}.`, {
      argument: `inputs[${k}]`,
      seen: masses[k],
      cure: "Scale all to the same mass (normalize), raise massTolerance, or pass unbalanced.",
    });
  });
  return { inputs: matched, costs, shares, masses: matched.map(() => mass), n };
}

function readCosts(C: BarycenterCost, count: number): readonly Cost[] {
  const list = Array.isArray(C) && C.length > 0 && typeof C[0] === "object" && C[0] !== null && "kind" in C[0];
  if (!list) return new Array<Cost>(count).fill(toCost(C as CostLike));
  const costs = C as readonly Cost[];
  if (costs.length === count) return costs;
  throw new OtError("InvalidShape", `There are ${costs.length} costs for ${count} measures.`, {
    argument: "C",
    seen: costs.length,
    cure: "Pass one cost for each measure, or a single one for all.",
  });
}

function otherSupport(k: number, seen: number, n: number): OtError {
  return new OtError("InvalidShape", `C[${k}] has ${seen} rows, C[0] has ${n}.`, {
    argument: `C[${k}]`,
    seen,
    cure: "The rows of all costs are the same support: that of the barycenter.",
  });
}
