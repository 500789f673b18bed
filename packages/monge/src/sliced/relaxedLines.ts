// Frank and Wolfe's steps on the dual of unbalanced transport along lines that share their masses:
// max rho_1 sum a (1 - e^(-f / rho_1)) + rho_2 sum b (1 - e^(-g / rho_2)), (f, g) a mean of potentials along the lines.
// Sejourne, Vialard, Peyre (2022): shifted so that both sides ask for the same mass, the best direction is a balanced transport.
import { argsort } from "../exact/line/lineOrder.ts";
import { pick } from "../exact/line/lineProblem.ts";
import { northWest, staircaseCost, staircasePotentials } from "../exact/line/staircase.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { dot, sum } from "../linalg/sum.ts";
import { projected } from "./slice.ts";
import type { SliceProblem } from "./slices.ts";

/** Weights of the divergences; `Infinity`: the masses of that side stay. */
export interface Relaxation {
  readonly source: number;
  readonly target: number;
}

/** Both clouds along one direction, sorted. */
export interface SortedLine {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly p: number;
}

/** Potentials that can be used, the masses they ask for, and what the transport between those costs. */
export interface RelaxedState {
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly source: Float64Array;
  readonly target: Float64Array;
  /** Mean potentials of the transport along the lines. */
  readonly r: Float64Array;
  readonly s: Float64Array;
  /** Of each line, and their mean. */
  readonly costs: Float64Array;
  readonly transport: number;
  /** primal: that and the divergences; dual: what the potentials prove. */
  readonly primal: number;
  readonly dual: number;
}

/** Sorts the projections. */
export function relaxedLines(problem: SliceProblem, { data, rows: count, cols: d }: Matrix): SortedLine[] {
  return Array.from({ length: count }, (_, l) => {
    const theta = data.subarray(l * d, (l + 1) * d);
    const [u, v] = [projected(problem.x, theta), projected(problem.y, theta)];
    const [rows, columns] = [argsort(u), argsort(v)];
    return { rows, columns, x: pick(u, rows), y: pick(v, columns), p: problem.p };
  });
}

/** The state of potentials; default 0, which no cost is below. */
export function relaxedStart(
  lines: readonly SortedLine[],
  a: Float64Array,
  b: Float64Array,
  { source: rho, target: sigma }: Relaxation,
  f: Float64Array = new Float64Array(a.length),
  g: Float64Array = new Float64Array(b.length),
): RelaxedState {
  const shift = shiftOf(f, g, a, b, rho, sigma);
  const [F, G] = [f.map((value) => value + shift), g.map((value) => value - shift)];
  const [source, target] = [asked(F, a, rho), asked(G, b, sigma)];
  const [r, s] = [new Float64Array(a.length), new Float64Array(b.length)];
  const costs = new Float64Array(lines.length);
  lines.forEach(({ rows, columns, x, y, p }, l) => {
    const stairs = northWest(pick(source, rows), pick(target, columns));
    costs[l] = staircaseCost(stairs, x, y, p);
    const potentials = staircasePotentials(stairs, x, y, p);
    for (let k = 0; k < rows.length; k++) r[rows[k]] += potentials.f[k] / lines.length;
    for (let k = 0; k < columns.length; k++) s[columns[k]] += potentials.g[k] / lines.length;
  });
  const transport = sum(costs) / lines.length;
  return {
    f: F,
    g: G,
    source,
    target,
    r,
    s,
    costs,
    transport,
    primal: transport + divergence(F, source, a, rho) + divergence(G, target, b, sigma),
    dual: proved(F, source, a, rho) + proved(G, target, b, sigma),
  };
}

/** The best point between the potentials and those of the transport. */
export function relaxedStep(
  lines: readonly SortedLine[],
  a: Float64Array,
  b: Float64Array,
  relaxation: Relaxation,
  { f, g, r, s }: RelaxedState,
): RelaxedState {
  const { source: rho, target: sigma } = relaxation;
  const [towardsF, towardsG] = [r.map((value, i) => value - f[i]), s.map((value, j) => value - g[j])];
  const at = (step: number): [Float64Array, Float64Array] => [
    f.map((value, i) => value + step * towardsF[i]),
    g.map((value, j) => value + step * towardsG[j]),
  ];
  // The slope of the dual along the way falls: find where it is 0.
  const slope = (step: number): number => {
    const [F, G] = at(step);
    const shift = shiftOf(F, G, a, b, rho, sigma);
    const [source, target] = [
      asked(
        F.map((value) => value + shift),
        a,
        rho,
      ),
      asked(
        G.map((value) => value - shift),
        b,
        sigma,
      ),
    ];
    return dot(source, towardsF) + dot(target, towardsG);
  };
  let [low, high] = [0, 1];
  if (slope(1) >= 0) low = 1;
  for (let round = 0; round < 20 && low < high; round++) {
    const middle = (low + high) / 2;
    if (slope(middle) >= 0) low = middle;
    else high = middle;
  }
  return relaxedStart(lines, a, b, relaxation, ...at(low));
}

/** The masses that potentials ask for: a e^(-f / rho). */
function asked(f: Float64Array, a: Float64Array, rho: number): Float64Array {
  return rho === Infinity ? a : f.map((value, i) => (a[i] > 0 ? a[i] * Math.exp(-value / rho) : 0));
}

/** What to add to f, and take from g, for which both sides ask for the same mass: the best constant. */
function shiftOf(
  f: Float64Array,
  g: Float64Array,
  a: Float64Array,
  b: Float64Array,
  rho: number,
  sigma: number,
): number {
  return (logMass(f, a, rho) - logMass(g, b, sigma)) / (1 / rho + 1 / sigma);
}

/** log sum a e^(-f / rho), whatever the size of f. */
function logMass(f: Float64Array, a: Float64Array, rho: number): number {
  let most = -Infinity;
  for (let i = 0; i < f.length; i++) if (a[i] > 0) most = Math.max(most, -f[i] / rho);
  let total = 0;
  for (let i = 0; i < f.length; i++) if (a[i] > 0) total += a[i] * Math.exp(-f[i] / rho - most);
  return most + Math.log(total);
}

/** rho KL(r | a) for r = a e^(-f / rho): sum rho (a - r) - f r. */
function divergence(f: Float64Array, r: Float64Array, a: Float64Array, rho: number): number {
  if (rho === Infinity) return 0;
  let total = 0;
  for (let i = 0; i < f.length; i++) if (a[i] > 0) total += rho * (a[i] - r[i]) - f[i] * r[i];
  return total;
}

/** rho sum a (1 - e^(-f / rho)); for a hard side sum a f. */
function proved(f: Float64Array, r: Float64Array, a: Float64Array, rho: number): number {
  if (rho === Infinity) return dot(f, a);
  let total = 0;
  for (let i = 0; i < f.length; i++) total += rho * (a[i] - r[i]);
  return total;
}
