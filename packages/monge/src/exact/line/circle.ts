// Optimal transport on a circle under the p-th power of the arc length: cut the circle where it costs nothing, then as on a line.
// Delon, Salomon and Sobolevski (2010); Rabin, Delon and Gousseau (2011). The search for the cut is in circleCut.ts.
import { custom } from "../../cost/custom.ts";
import { sum } from "../../linalg/sum.ts";
import type { Weights } from "../../measure/weights.ts";
import { prepare } from "../prepare.ts";
import { type CircleProblem, cutCircle } from "./circleCut.ts";
import { argsort } from "./lineOrder.ts";
import { pick, readExponent, readPeriod, wrapped } from "./lineProblem.ts";
import { type LineResult, lineResult } from "./lineResult.ts";
import { northWest, power, staircasePotentials, uniformStairs } from "./staircase.ts";

/** Options of {@link wassersteinCircle}. */
export interface WassersteinCircleOptions {
  /** Masses of x, >= 0; default null: uniform, with the total of b (1 if both are null). */
  readonly a?: Weights;
  /** Masses of y, >= 0; default null: uniform, with the total of a. */
  readonly b?: Weights;
  /** Exponent of the ground cost d(x, y)^p, in [1, Infinity); default 1. */
  readonly p?: number;
  /** Length of the circle, in the unit of the coordinates; default 1. Use 2 Math.PI for angles. */
  readonly period?: number;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/**
 * Optimal transport between atoms at `x` (n numbers) and `y` (m numbers) on a circle of length `period`, under the cost
 * d(x_i, y_j)^p, where d is the length of the shorter arc. Coordinates count modulo the period.
 *
 * `value` is W_p^p (times the mass), never rooted; `distance` is its p-th root. The plan has at most n + m - 1 entries, and the
 * potentials prove it on the circle: f_i + g_j <= d(x_i, y_j)^p for every pair. O((n + m) log(n + m)) for p = 1; for p > 1
 * about 50 passes over the atoms besides the sort.
 *
 * Throws `InvalidShape`, `InvalidValue` (coordinates or weights that are not finite, p < 1, a period that is not positive and
 * finite), `NegativeMass`, `MassMismatch`.
 */
export function wassersteinCircle(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: WassersteinCircleOptions = {},
): LineResult {
  const begin = performance.now();
  const p = readExponent(options.p);
  const period = readPeriod(options.period, p);
  const u = wrapped(x, "x", period);
  const v = wrapped(y, "y", period);
  const at = (i: number, j: number): number => {
    const gap = Math.abs(u[i] - v[j]);
    return power(Math.min(gap, period - gap), p);
  };
  const cost = custom([u.length, v.length], at);
  const { a, b, massAdjustment } = prepare(options.a ?? null, options.b ?? null, cost, options);
  const uniform = (options.a ?? options.b ?? null) === null;
  const rowOrder = argsort(u);
  const columnOrder = argsort(v);
  const masses = uniform ? wholeMasses(a.length, b.length) : roundedMasses(pick(a, rowOrder), pick(b, columnOrder));
  const cut = cutCircle({ period, p, x: pick(u, rowOrder), y: pick(v, columnOrder), ...masses });
  const rows = rotated(rowOrder, cut.row);
  const cols = rotated(columnOrder, cut.column);
  const stairs = uniform
    ? uniformStairs(a.length, b.length, 1, cut.moves)
    : northWest(pick(a, rows), pick(b, cols), cut.moves);
  const terms = stairs.mass.map((mass, k) => (mass > 0 ? mass * at(rows[stairs.i[k]], cols[stairs.j[k]]) : 0));
  return lineResult({
    cost,
    a,
    b,
    p,
    value: sum(terms),
    stairs,
    rows,
    cols,
    potentials: () => staircasePotentials(stairs, cut.x, cut.y, p),
    method: p === 1 ? "circle-median" : "circle-shift",
    why: "an optimal plan leaves a point of the circle uncrossed, where it can be cut",
    massAdjustment,
    elapsedMs: performance.now() - begin,
  });
}

type UnitMasses = Pick<CircleProblem, "cumulatedA" | "cumulatedB" | "units">;

/** Equal masses: n m units in all. */
function wholeMasses(n: number, m: number): UnitMasses {
  return {
    cumulatedA: Float64Array.from({ length: n }, (_, i) => (i + 1) * m),
    cumulatedB: Float64Array.from({ length: m }, (_, j) => (j + 1) * n),
    units: n * m,
  };
}

/** Any masses: 2^50 units in all, the cumulated masses rounded. The cut needs no more; the plan is made from the masses themselves. */
function roundedMasses(a: Float64Array, b: Float64Array): UnitMasses {
  const units = 2 ** 50;
  return { cumulatedA: cumulated(a, units), cumulatedB: cumulated(b, units), units };
}

function cumulated(weights: Float64Array, units: number): Float64Array {
  const total = sum(weights);
  const out = new Float64Array(weights.length);
  let value = 0;
  let lost = 0;
  for (let i = 0; i < weights.length; i++) {
    const next = value + weights[i];
    lost += value >= weights[i] ? value - next + weights[i] : weights[i] - next + value;
    value = next;
    out[i] = total > 0 ? Math.min(units, Math.round(((value + lost) / total) * units)) : 0;
  }
  out[weights.length - 1] = units;
  return out;
}

function rotated(order: Uint32Array, first: number): Uint32Array {
  const out = new Uint32Array(order.length);
  out.set(order.subarray(first));
  out.set(order.subarray(0, first), order.length - first);
  return out;
}
