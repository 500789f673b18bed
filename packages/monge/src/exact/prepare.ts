// From the caller's weights and cost to a checked ExactProblem: masses that balance, atoms without mass set aside.
import type { Cost } from "../cost/cost.ts";
import { requireAtoms } from "../measure/atoms.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import type { Potentials } from "../run/options.ts";
import { readPotentials } from "../run/warmStart.ts";
import type { ExactProblem } from "./problem.ts";

/** A checked problem, with the masses of all atoms as the certificate needs them. */
export interface Prepared {
  readonly problem: ExactProblem;
  readonly a: Float64Array;
  /** Scaled by `massAdjustment`. */
  readonly b: Float64Array;
  readonly massAdjustment: number;
}

/** Options of the preparation. */
export interface PrepareOptions {
  readonly massTolerance?: number;
  readonly warmStart?: Potentials;
}

/** Checks the input of an exact solve. Throws as {@link OtErrorCode} says: every code but `Infeasible` and `KernelUnavailable`. */
export function prepare(a: Weights, b: Weights, cost: Cost, options: PrepareOptions): Prepared {
  const [n, m] = cost.shape;
  requireAtoms(n, m);
  const { a: source, b: target, massAdjustment } = balancedMasses(a, b, n, m, options.massTolerance);
  const rows = atomsWithMass(source);
  const cols = atomsWithMass(target);
  const sourceMasses = rows === null ? source : take(source, rows);
  const targetMasses = cols === null ? target : take(target, cols);
  const problem: ExactProblem = {
    n: sourceMasses.length,
    m: targetMasses.length,
    a: sourceMasses,
    b: targetMasses,
    cost,
    rows,
    cols,
    uniform: sourceMasses.length === targetMasses.length && constant(sourceMasses) && constant(targetMasses),
    warmStart: readWarmStart(options.warmStart, n, m, rows, cols),
  };
  return { problem, a: source, b: target, massAdjustment };
}

function atomsWithMass(weights: Float64Array): Int32Array | null {
  if (!weights.includes(0)) return null;
  const atoms: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i] > 0) atoms.push(i);
  return Int32Array.from(atoms);
}

function constant(weights: Float64Array): boolean {
  return weights.every((weight) => weight === weights[0]);
}

/** values[indices[k]] for each k. */
export function take(values: Float64Array, indices: Int32Array): Float64Array {
  const taken = new Float64Array(indices.length);
  for (let k = 0; k < indices.length; k++) taken[k] = values[indices[k]];
  return taken;
}

function readWarmStart(
  warmStart: Potentials | undefined,
  n: number,
  m: number,
  rows: Int32Array | null,
  cols: Int32Array | null,
): ExactProblem["warmStart"] {
  const given = readPotentials(warmStart, n, m);
  if (given === null) return null;
  const { f, g } = given;
  return { f: rows === null ? f.slice() : take(f, rows), g: cols === null ? g.slice() : take(g, cols) };
}
