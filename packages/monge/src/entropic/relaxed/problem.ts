// An entropic problem whose marginals need not be met: masses that need not balance, and what holds either side to them.
import type { Cost } from "../../cost/cost.ts";
import { OtError } from "../../errors/otError.ts";
import { sum } from "../../linalg/sum.ts";
import { requireAtoms } from "../../measure/atoms.ts";
import { balancedMasses } from "../../measure/balance.ts";
import { readWeights, type Weights } from "../../measure/weights.ts";
import type { Potentials } from "../../run/options.ts";
import { readPotentials } from "../../run/warmStart.ts";
import { type Marginal, readMarginals, type Unbalanced } from "./penalty.ts";

/** What holds a side of the plan to its masses; `"atMost"`: r <= a. */
export type Held = Marginal | "atMost";

/** A checked problem. */
export interface RelaxedProblem {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly massAdjustment: number;
  readonly warmStart: Potentials | null;
  readonly source: Held;
  readonly target: Held;
  /** The mass that the plan must have; null where none is prescribed. */
  readonly partial: number | null;
  /** What errors are relative to: the larger mass, or the prescribed one. */
  readonly size: number;
  /** A power of two of the size of the larger mass, by which the kernels divide masses, and its exponent. */
  readonly unit: number;
  readonly exponent: number;
}

/** What the options say about the marginals. */
export interface RelaxedOptions {
  readonly unbalanced?: Unbalanced;
  readonly partial?: number;
  readonly massTolerance?: number;
  readonly warmStart?: Potentials;
}

/** Relative difference up to which a partial mass is all the mass of the lighter side. */
const rounding = 1e-12;

/** Checks weights, penalties and warm start. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `Infeasible`. */
export function readRelaxed(a: Weights, b: Weights, cost: Cost, options: RelaxedOptions): RelaxedProblem {
  const [n, m] = cost.shape;
  requireAtoms(n, m);
  if (options.unbalanced !== undefined && options.partial !== undefined) {
    throw new OtError("InvalidValue", "Both of unbalanced and partial given.", {
      argument: "options.partial",
      seen: options.partial,
      cure: "Prescribe the mass, or penalise what is missing.",
    });
  }
  const warmStart = readPotentials(options.warmStart, n, m);
  const masses = readMasses(a, b, n, m);
  const total = { a: sum(masses.a), b: sum(masses.b) };
  if (!(total.a * total.b < Infinity)) {
    throw new OtError("InvalidValue", `The masses ${total.a} and ${total.b} multiply to more than 1.8e308.`, {
      argument: "a",
      seen: total.a,
      cure: "Divide all weights by a common factor.",
    });
  }
  const largest = Math.max(total.a, total.b);
  const [unit, exponent] = powerOfTwo(largest);
  const common = { cost, ...masses, massAdjustment: 1, warmStart, unit, exponent };
  if (options.partial !== undefined) {
    const held = readPartial(options.partial, total.a, total.b);
    return { ...common, ...held, size: held.partial };
  }
  const { source, target } = readMarginals(options.unbalanced as Unbalanced);
  if (source === "equal" && target === "equal") {
    const balanced = balancedMasses(masses.a, masses.b, n, m, options.massTolerance ?? tolerance(a, b));
    return { ...common, ...balanced, source, target, partial: null, size: largest };
  }
  for (const [side, held, mine, other] of [
    ["a", source, total.a, total.b],
    ["b", target, total.b, total.a],
  ] as const) {
    if (held !== "equal" || mine === 0 || other > 0) continue;
    throw new OtError("Infeasible", `All of ${side} must move, and the other side has no mass.`, {
      argument: side,
      seen: mine,
      cure: "Penalise that side too, or give the other side mass.",
    });
  }
  return { ...common, source, target, partial: null, size: largest };
}

function tolerance(a: Weights, b: Weights): number {
  return a instanceof Float32Array || b instanceof Float32Array ? 1e-6 : 1e-9;
}

function readMasses(a: Weights, b: Weights, n: number, m: number): { a: Float64Array; b: Float64Array } {
  const source = a === null ? null : readWeights(a, n, "a");
  const target = b === null ? null : readWeights(b, m, "b");
  const mass = source !== null ? sum(source) : target !== null ? sum(target) : 1;
  return {
    a: source ?? new Float64Array(n).fill(mass / n),
    b: target ?? new Float64Array(m).fill(mass / m),
  };
}

/** All of a lighter side is equality there: then the mass needs no multiplier. */
function readPartial(mass: number, a: number, b: number): { source: Held; target: Held; partial: number } {
  const most = Math.min(a, b);
  if (!(mass >= 0 && mass <= most * (1 + rounding))) {
    throw new OtError("InvalidValue", `The mass to move is ${mass}; the sides weigh ${a} and ${b}.`, {
      argument: "options.partial",
      seen: mass,
      cure: "Use a number between 0 and the smaller of the two masses.",
    });
  }
  const full = mass >= most * (1 - rounding);
  const close = Math.abs(a - b) <= rounding * most;
  return {
    source: full && (a === most || close) ? "equal" : "atMost",
    target: full && (b === most || close) ? "equal" : "atMost",
    partial: full ? most : mass,
  };
}

/** The least power of two that is at least `value`, as far as there is one, and its exponent; 1 for 0. */
function powerOfTwo(value: number): [number, number] {
  let power = 1;
  let exponent = 0;
  while (power < value && exponent < 1023) {
    power *= 2;
    exponent++;
  }
  while (value > 0 && power / 2 >= value && exponent > -1022) {
    power /= 2;
    exponent--;
  }
  return [power, exponent];
}
