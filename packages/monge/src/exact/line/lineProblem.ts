// The input of the one-dimensional solvers: coordinates, exponent, masses in sorted order.
import { OtError } from "../../errors/otError.ts";
import type { Floats, Matrix } from "../../linalg/matrix.ts";
import type { Weights } from "../../measure/weights.ts";
import { power } from "./staircase.ts";

/** Options of `wasserstein1d`. */
export interface Wasserstein1dOptions {
  /** Masses of x, >= 0; default null: uniform, with the total of b (1 if both are null). */
  readonly a?: Weights;
  /** Masses of y, >= 0; default null: uniform, with the total of a. */
  readonly b?: Weights;
  /** Exponent of the ground cost |x - y|^p, in [1, Infinity); default 1. */
  readonly p?: number;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/** Copies coordinates into an n x 1 matrix. Throws `InvalidShape` where they are no array. */
export function column(values: ArrayLike<number>, argument: string): Matrix {
  if (typeof values !== "object" || values === null || typeof values.length !== "number") {
    throw new OtError("InvalidShape", `${argument} is no array of numbers.`, {
      argument,
      seen: values,
      cure: "Pass the coordinates of the atoms as an array of numbers.",
    });
  }
  const data = Float64Array.from(values);
  return { data, rows: data.length, cols: 1 };
}

/** Checks the exponent of |x - y|^p. Throws `InvalidValue`. */
export function readExponent(p = 1): number {
  if (p >= 1 && p < Infinity) return p;
  throw new OtError("InvalidValue", `The exponent p is ${p}.`, {
    argument: "options.p",
    seen: p,
    cure: "Use a finite p of at least 1; for p < 1 the cost is concave: use emd with cost.points.",
  });
}

/** values[order[k]] for each k. */
export function pick(values: Floats, order: Uint32Array): Float64Array {
  const picked = new Float64Array(order.length);
  for (let k = 0; k < order.length; k++) picked[k] = values[order[k]];
  return picked;
}

/** Checks the length of a circle. Throws `InvalidValue`. */
export function readPeriod(period = 1, p: number): number {
  if (period > 0 && power(4 * period, p) < Infinity) return period;
  throw new OtError("InvalidValue", `The period is ${period}.`, {
    argument: "options.period",
    seen: period,
    cure: "Use a positive length whose p-th power is finite: 1, 360, 2 Math.PI.",
  });
}

/** Copies coordinates modulo `period` into [0, period). Throws `InvalidShape`, and `InvalidValue` with the index. */
export function wrapped(values: ArrayLike<number>, argument: string, period: number): Float64Array {
  const { data } = column(values, argument);
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (!Number.isFinite(value)) {
      throw new OtError("InvalidValue", `The coordinate ${argument}[${i}] is ${value}.`, {
        argument,
        seen: value,
        cure: "Use finite coordinates.",
      });
    }
    // The remainder is exact; only a negative one is rounded, perhaps up to the period.
    const rest = value % period;
    const moved = rest < 0 ? rest + period : rest + 0;
    data[i] = moved < period ? moved : 0;
  }
  return data;
}
