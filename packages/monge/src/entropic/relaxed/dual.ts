// What potentials are worth where marginals are penalised, and how far a marginal is from the one they stand for.
//
// For an atom of mass a with potential f the dual takes D*(f): KL rho a (1 - e^(-f/rho)); TV a min(f, rho), f >= -rho; L2 f a - f^2 / (2 rho),
// rho a^2 / 2 from f = rho a on; equality f a; at most, f a with f <= 0. D(r) + f r - D*(f) >= 0 is the atom's share of the gap.
import { l1Distance, sum } from "../../linalg/sum.ts";
import { exp2All, log2All } from "../operators/exponentials.ts";
import type { Held } from "./problem.ts";

/** The sides' terms, one number an atom. */
export interface Terms {
  /** D*(f). */
  readonly dual: Float64Array;
  /** The marginal that the potential stands for; NaN nowhere: a where it is any marginal up to a. */
  readonly meant: Float64Array;
}

/** Values of the potentials of one side. */
export function dualTerms(held: Held, f: Float64Array, a: Float64Array): Terms {
  if (held === "equal" || held === "atMost") {
    return { dual: f.map((value, i) => (a[i] === 0 ? 0 : value * a[i])), meant: a };
  }
  const rho = held.strength;
  if (held.kind === "TV") return { dual: f.map((value, i) => a[i] * Math.min(value, rho)), meant: a };
  if (held.kind === "L2") {
    return {
      dual: f.map((value, i) => (value >= rho * a[i] ? (rho * a[i] * a[i]) / 2 : value * (a[i] - value / rho / 2))),
      meant: f.map((value, i) => Math.max(0, a[i] - value / rho)),
    };
  }
  const kept = f.map((value) => (-value / rho) * Math.LOG2E);
  exp2All(kept);
  return {
    dual: f.map((value, i) => (a[i] === 0 ? 0 : rho * a[i] * lost(value / rho, kept[i]))),
    meant: kept.map((value, i) => (a[i] === 0 ? 0 : value * a[i])),
  };
}

/** D(r) + f r - D*(f) of each atom: >= 0 but for equality, where it is f (r - a), and for rounding. */
export function gapTerms(
  held: Held,
  f: Float64Array,
  a: Float64Array,
  r: Float64Array,
  { meant }: Terms,
): Float64Array {
  if (held === "equal" || held === "atMost") return f.map((value, i) => (a[i] === 0 ? 0 : value * (r[i] - a[i])));
  const rho = held.strength;
  if (held.kind === "TV") {
    return f.map((value, i) => rho * Math.abs(r[i] - a[i]) + value * r[i] - a[i] * Math.min(value, rho));
  }
  if (held.kind === "L2") {
    return f.map((value, i) => {
      const distance = r[i] - meant[i];
      return (rho / 2) * distance * distance + Math.max(0, value - rho * a[i]) * r[i];
    });
  }
  const logs = r.map((value, i) => (value > 0 && meant[i] > 0 ? value / meant[i] : 1));
  const ratios = logs.slice();
  log2All(logs);
  return r.map((value, i) => {
    if (!(value > 0)) return rho * meant[i];
    // What the exponential took for nothing: log(r / q) = log(r / a) + f / rho.
    if (meant[i] === 0) return a[i] === 0 ? 0 : value * Math.max(f[i], 0);
    return rho * meant[i] * excess(ratios[i] - 1, logs[i] * Math.LN2);
  });
}

/** D(r): what the penalty costs. */
export function penaltyValue(held: Held, r: Float64Array, a: Float64Array): number {
  if (held === "equal" || held === "atMost") return 0;
  const rho = held.strength;
  if (held.kind === "TV") return rho * l1Distance(r, a);
  if (held.kind === "L2") return (rho / 2) * sum(r.map((value, i) => (value - a[i]) * (value - a[i])));
  const logs = r.map((value, i) => (value > 0 && a[i] > 0 ? value / a[i] : 1));
  const ratios = logs.slice();
  log2All(logs);
  return rho * sum(r.map((value, i) => (value > 0 ? a[i] * excess(ratios[i] - 1, logs[i] * Math.LN2) : a[i])));
}

/** 1 - e^-x, given e^-x. */
function lost(x: number, exponential: number): number {
  if (Math.abs(x) > 0.01) return 1 - exponential;
  return x * (1 - (x / 2) * (1 - (x / 3) * (1 - (x / 4) * (1 - (x / 5) * (1 - (x / 6) * (1 - x / 7))))));
}

/** (1 + d) log(1 + d) - d, given the logarithm. */
function excess(d: number, logarithm: number): number {
  if (Math.abs(d) > 0.01) return (1 + d) * logarithm - d;
  return d * d * (1 / 2 - d * (1 / 6 - d * (1 / 12 - d * (1 / 20 - d * (1 / 30 - d * (1 / 42 - d / 56))))));
}
