// Partial transport on the line under |x - y|^p, p >= 1, for every mass at once.
// Chapel, Tavenard, "One for all and all for one: efficient computation of partial Wasserstein distances on the line" (2025).
import { points } from "../cost/points.ts";
import { OtError } from "../errors/otError.ts";
import { column, readExponent } from "../exact/line/lineProblem.ts";
import { exponent, integerMasses } from "../exact/masses.ts";
import { freeMasses } from "../measure/freeMasses.ts";
import type { Weights } from "../measure/weights.ts";
import type { SparsePlan } from "../plan/sparse.ts";
import type { Report } from "../run/report.ts";
import { type PartialPotentials, type PartialResult, partialResult } from "./answer.ts";
import { idlePotentials } from "./idle.ts";
import { lineDuals, monotoneCells } from "./lineDuals.ts";
import { lineFlows } from "./lineFlows.ts";
import { type MergedLine, mergeLine } from "./lineOrderings.ts";
import { linePairs } from "./linePairs.ts";

/** Options of {@link partialTransport1d}. */
export interface Partial1dOptions {
  /** Exponent of the ground cost |x - y|^p, in [1, Infinity); default 1. */
  readonly p?: number;
  /** Masses of x, >= 0; default null: 1 each. Needs p = 1. */
  readonly a?: Weights;
  /** Masses of y, >= 0; default null: 1 each. Needs p = 1. */
  readonly b?: Weights;
  /** Mass at which to end, > 0; default: all of the lighter side. With masses of 1: the number of pairs. */
  readonly maxMass?: number;
}

/** The cheapest plans of all masses; step k takes the mass from `masses[k]` to `masses[k + 1]`. */
export interface Partial1dResult {
  /** Length K + 1, from 0 on: 0, 1, 2, .. where the atoms weigh 1 each. Between them the cost is linear. */
  readonly masses: Float64Array;
  /** Length K + 1: the least cost of moving `masses[k]`; convex. Never rooted. */
  readonly costs: Float64Array;
  /** Length K: what a unit adds in step k, in the unit of the cost; ascending but for rounding. */
  readonly slopes: Float64Array;
  /** Length K: the atoms of x and y that give more in step k, and keep giving it ever after; who is whose partner changes. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly report: Report;
  /** The monotone plan that moves `mass`, in [0, masses[K]]; n x m. Throws `InvalidValue`. */
  plan(mass: number): SparsePlan;
  /** The same with potentials, value and certificate. O(n + m); the certificate looks at all pairs. */
  at(mass: number): PartialResult;
}

/**
 * Partial transport between atoms at `x` (n numbers) and `y` (m numbers) on the line under |x_i - y_j|^p: minimises <P, C> over
 * P >= 0 with P 1 <= a, P^T 1 <= b and sum P = k, for every k at once.
 *
 * Atoms weigh 1 each unless `a` or `b` is given; then p must be 1. With masses of 1 and p = 1: O((n + m) log(n + m)). For p > 1 there
 * is a term (n + m) D more, D being how far the numbers of atoms of x and of y up to a place can differ.
 *
 * Throws `InvalidShape` (no atoms, wrong number of weights), `InvalidValue` (coordinates or weights that are not finite,
 * p < 1, `maxMass` out of range), `NegativeMass`, `Unsupported` (weights with p > 1: use `partial`).
 */
export function partialTransport1d(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: Partial1dOptions = {},
): Partial1dResult {
  const begin = performance.now();
  const p = readExponent(options.p);
  const cost = points(column(x, "x"), column(y, "y"), p === 2 ? "sqeuclidean" : { norm: 1, power: p });
  const [n, m] = cost.shape;
  const weighted = (options.a ?? options.b ?? null) !== null;
  const ones = (count: number): Float64Array => new Float64Array(count).fill(1);
  const { a, b, massA, massB } = freeMasses(options.a ?? ones(n), options.b ?? ones(m), n, m);
  if (weighted && p !== 1) {
    throw new OtError("Unsupported", `Weights need p = 1, and p is ${p}.`, {
      argument: "options.p",
      seen: p,
      cure: "Leave the weights out, or solve for one mass: partialTransport(a, b, cost.points(x, y, { norm: 1, power: p }), { mass }).",
    });
  }
  const most = readMost(options.maxMass, Math.min(massA, massB), weighted);
  const line = mergeLine(Float64Array.from(cost.x.data), Float64Array.from(cost.y.data), p);
  const quanta = weighted ? wholeMasses(a, b, massA, massB) : { a, b, quantum: 1 };
  const steps = weighted ? weightedSteps(line, quanta, most) : unitSteps(line, most);
  const { masses, costs } = summedUp(steps.amount, steps.slope, quanta.quantum);
  const rows = new Int32Array(steps.slope.length);
  const columns = new Int32Array(steps.slope.length);
  for (let k = 0; k < rows.length; k++) {
    const [s, t] = line.side[steps.left[k]] === 1 ? [steps.left[k], steps.right[k]] : [steps.right[k], steps.left[k]];
    rows[k] = line.rows[line.rank[s]];
    columns[k] = line.cols[line.rank[t]];
  }
  const elapsedMs = performance.now() - begin;
  const why = weighted
    ? "between neighbours that have mass left, where a unit adds least"
    : "pairs of neighbours among the free atoms, the one that adds least first";
  const solved = { line, weighted, quanta, amounts: steps.amount, slopes: steps.slope, rows, columns };
  const at = (mass: number): PartialResult => {
    const { i, j, amount, potentials } = planAt(solved, readMass(mass, masses));
    const problem = { cost, a, b, aim: { mass: Math.min(mass, masses[masses.length - 1]) }, massAdjustment: 1 };
    return partialResult(problem, {
      ...{ status: "optimal", method: "line", why, backend: "js", iterations: steps.slope.length, elapsedMs },
      ...{ i, j, mass: amount },
      potentials: () => potentials() ?? idlePotentials(cost),
    });
  };
  return {
    masses,
    costs,
    slopes: steps.slope,
    rows,
    columns,
    report: {
      status: "optimal",
      method: "line",
      why,
      backend: "js",
      iterations: steps.slope.length,
      error: 0,
      tolerance: 0,
      massAdjustment: 1,
      elapsedMs,
      warnings: [],
    },
    plan: (mass) => at(mass).plan,
    at,
  };
}

interface Steps {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly amount: Float64Array;
  readonly slope: Float64Array;
}

function unitSteps(line: MergedLine, most: number): Steps {
  const { left, right, added } = linePairs(line, most);
  return { left, right, slope: added, amount: new Float64Array(most).fill(1) };
}

/** Masses in whole quanta, so that sums are exact and what is exhausted is exactly 0. */
interface Quanta {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly quantum: number;
}

function wholeMasses(a: Float64Array, b: Float64Array, massA: number, massB: number): Quanta {
  const positive = (masses: Float64Array, other: number): Float64Array =>
    Float64Array.of(...masses, other).filter((mass) => mass > 0);
  if (massA === 0 || massB === 0) return { a: new Float64Array(a.length), b: new Float64Array(b.length), quantum: 1 };
  const whole = integerMasses(positive(a, massB), positive(b, massA));
  const spread = (masses: Float64Array, counts: Float64Array): Float64Array => {
    let next = 0;
    return masses.map((mass) => (mass > 0 ? counts[next++] : 0));
  };
  // Coarse quanta (tenths, say) are cut finer by a power of two, so that any mass between them is a whole number of quanta to rounding.
  const finer = 2 ** Math.max(0, 50 - exponent((massA + massB) / whole.quantum));
  const counts = (masses: Float64Array, given: Float64Array): Float64Array =>
    spread(masses, given).map((count) => count * finer);
  return { a: counts(a, whole.a), b: counts(b, whole.b), quantum: whole.quantum / finer };
}

function weightedSteps(line: MergedLine, { a, b, quantum }: Quanta, most: number): Steps {
  const { side, rank, rows, cols } = line;
  const masses = Float64Array.from(side, (_, t) => (side[t] === 1 ? a[rows[rank[t]]] : b[cols[rank[t]]]));
  return lineFlows(line, masses, Math.ceil(most / quantum));
}

/** Running sums: masses in whole quanta, costs in two doubles. */
function summedUp(
  amount: Float64Array,
  slope: Float64Array,
  quantum: number,
): { masses: Float64Array; costs: Float64Array } {
  const masses = new Float64Array(amount.length + 1);
  const costs = new Float64Array(amount.length + 1);
  let [whole, cost, costRest] = [0, 0, 0];
  for (let k = 0; k < amount.length; k++) {
    whole += amount[k];
    const term = slope[k] * (amount[k] * quantum);
    const dearer = cost + term;
    costRest += Math.abs(cost) >= Math.abs(term) ? cost - dearer + term : term - dearer + cost;
    cost = dearer;
    masses[k + 1] = whole * quantum;
    costs[k + 1] = cost + costRest;
  }
  return { masses, costs };
}

interface Solved {
  readonly line: MergedLine;
  readonly weighted: boolean;
  readonly quanta: Quanta;
  /** In quanta. */
  readonly amounts: Float64Array;
  readonly slopes: Float64Array;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

interface PlanAt {
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly amount: Float64Array;
  /** Null where nothing moves. */
  readonly potentials: () => PartialPotentials | null;
}

/** What the first steps give, matched in order. */
function planAt({ line, weighted, quanta, amounts, slopes, rows, columns }: Solved, mass: number): PlanAt {
  const { quantum } = quanta;
  const given = new Float64Array(line.n);
  const taken = new Float64Array(line.m);
  // Masses of 1 may be cut anywhere; others are whole numbers of quanta, and so are all sums here.
  const wanted = weighted ? Math.round(mass / quantum) : mass;
  let k = 0;
  let moved = 0;
  for (; k < slopes.length && moved < wanted; k++) {
    const amount = Math.min(amounts[k], wanted - moved);
    given[rows[k]] += amount;
    taken[columns[k]] += amount;
    moved += amounts[k];
  }
  const ordered = (values: Float64Array, by: Uint32Array): Float64Array => Float64Array.from(by, (at) => values[at]);
  const r = ordered(given, line.rows);
  const s = ordered(taken, line.cols);
  const cells = monotoneCells(r, s);
  const potentials = (): PartialPotentials | null => {
    if (k === 0) return null;
    const lambda = k < slopes.length && moved === wanted ? (slopes[k - 1] + slopes[k]) / 2 : slopes[k - 1];
    const freeX = Uint8Array.from(line.rows, (row, i) => (r[i] < quanta.a[row] ? 1 : 0));
    const freeY = Uint8Array.from(line.cols, (col, j) => (s[j] < quanta.b[col] ? 1 : 0));
    const { f, g } = lineDuals(line, cells, freeX, freeY, lambda);
    return { f: scattered(f, line.rows), g: scattered(g, line.cols), lambda };
  };
  return {
    i: cells.i.map((i) => line.rows[i]),
    j: cells.j.map((j) => line.cols[j]),
    amount: cells.mass.map((amount) => amount * quantum),
    potentials,
  };
}

function scattered(values: Float64Array, by: Uint32Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let at = 0; at < by.length; at++) out[by[at]] = values[at];
  return out;
}

function readMost(maxMass: number | undefined, available: number, weighted: boolean): number {
  if (maxMass === undefined) return available;
  if (maxMass > 0 && (weighted || Number.isInteger(maxMass))) return Math.min(maxMass, available);
  throw new OtError("InvalidValue", `maxMass is ${maxMass}.`, {
    argument: "options.maxMass",
    seen: maxMass,
    cure: weighted ? "Use a mass above 0." : "Use a whole number of pairs above 0.",
  });
}

function readMass(mass: number, masses: Float64Array): number {
  const most = masses[masses.length - 1];
  if (mass >= 0 && mass <= most * (1 + 1e-9)) return Math.min(mass, most);
  throw new OtError("InvalidValue", `The mass ${mass} is out of range.`, {
    argument: "mass",
    seen: mass,
    cure: `Ask for a mass in [0, ${most}].`,
  });
}
