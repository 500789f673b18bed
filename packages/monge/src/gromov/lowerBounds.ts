// Lower bounds of Gromov-Wasserstein costs that are cheap: each looks at less of the structures. Memoli (2011), section 6.
// FLB: one number an atom, SLB: the law of all distances, TLB: the law of the distances from each atom; all are transport of lesser things.
import type { Cost, CostLike } from "../cost/cost.ts";
import { emd } from "../exact/emd.ts";
import { withLineSorter } from "../exact/line/lineOrder.ts";
import { wasserstein1d } from "../exact/line/wasserstein1d.ts";
import { sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import type { Plan } from "../plan/plan.ts";
import type { LinearTerm } from "./energy.ts";
import { type GromovLoss, type LossParts, lossParts } from "./loss.ts";
import { largestEntry, readStructure, type Structure } from "./structure.ts";

/** Lower bounds of sum L(Cx_ik, Cy_jl) P_ij P_kl over all couplings P. */
export interface GromovLowerBounds {
  /** From each atom's mean entry (root mean square under the square loss). */
  readonly FLB: number;
  /** From the law of all entries; -Infinity where there are too many. */
  readonly SLB: number;
  /** From the law of each row's entries, seen through `quantiles` means of equal mass: a little less than with all of it. */
  readonly TLB: number;
  /** The largest. */
  readonly best: number;
}

/** Options of {@link gromovLowerBounds}. */
export interface GromovLowerBoundsOptions {
  readonly loss?: GromovLoss;
  /** Parts of equal mass in which TLB sees each row; default 32. More are sharper and slower. */
  readonly quantiles?: number;
  readonly massTolerance?: number;
}

/** Entries of a matrix up to which SLB sorts them. */
const sortable = 2 ** 22;
/** Atoms up to which the rows are sorted for TLB. */
const rowsSortable = 4096;

/**
 * Lower bounds of what any plan costs between the structures `Cx` (n x n) and `Cy` (m x m) under masses `a` and `b`: FLB, SLB and TLB of
 * Memoli (2011), here for the square loss and, through its convexity, for KL. None of them is above {@link gromovWasserstein}.
 *
 * @param Cx a square matrix or `cost.points(x)`
 * @param Cy the same for the other side
 * @param a masses of the atoms of x, >= 0; null: uniform
 * @param b masses of the atoms of y
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`.
 */
export function gromovLowerBounds(
  Cx: CostLike,
  Cy: CostLike,
  a: Weights,
  b: Weights,
  options: GromovLowerBoundsOptions = {},
): GromovLowerBounds {
  const x = readStructure(Cx, "Cx");
  const y = readStructure(Cy, "Cy");
  const masses = balancedMasses(a, b, x.n, y.n, options.massTolerance);
  const loss = lossParts(options.loss ?? "square", largestEntry(y));
  return boundsOf(x, y, masses.a, masses.b, loss, options.quantiles);
}

/** The bounds for structures that were read. */
export function boundsOf(
  x: Structure,
  y: Structure,
  a: Float64Array,
  b: Float64Array,
  loss: LossParts,
  quantiles = 32,
): GromovLowerBounds {
  const mass = sum(a);
  if (mass === 0) return { FLB: 0, SLB: 0, TLB: 0, best: 0 };
  const FLB = mass * firstBound(x, y, a, b, loss).value;
  const SLB = Math.max(x.n, y.n) ** 2 <= sortable ? secondBound(x, y, a, b, loss) : -Infinity;
  const TLB =
    Math.max(x.n, y.n) <= rowsSortable ? mass * thirdBound(x, y, a, b, loss, quantiles, null, 1).value : -Infinity;
  return { FLB, SLB, TLB, best: Math.max(0, FLB, SLB, TLB) };
}

/** min over couplings of sum P_ij L(mean of row i, mean of row j), and the coupling: in the order of the means. */
export function firstBound(
  x: Structure,
  y: Structure,
  a: Float64Array,
  b: Float64Array,
  loss: LossParts,
): { value: number; plan: Plan } {
  const s = eccentricities(x, a, loss);
  const t = eccentricities(y, b, loss);
  const { plan } = wasserstein1d(s, t, { a, b, p: 2, massTolerance: 1e-6 });
  const terms: number[] = [];
  for (const [i, j, moved] of plan.entries()) terms.push(moved * loss.of(s[i], t[j]));
  return { value: sum(terms), plan };
}

/** The root mean square of each row (square loss: by Minkowski's inequality), or its mean (KL: by Jensen's). */
function eccentricities(structure: Structure, p: Float64Array, loss: LossParts): Float64Array {
  const { n } = structure;
  const mass = sum(p);
  const square = loss.name === "square";
  const row = new Float64Array(n);
  return Float64Array.from({ length: n }, (_, i) => {
    structure.row(i, row);
    let total = 0;
    for (let k = 0; k < n; k++) total += p[k] * (square ? row[k] * row[k] : row[k]);
    return square ? Math.sqrt(total / mass) : total / mass;
  });
}

/** Transport on the line between the laws of all entries; the monotone coupling is the best for either loss. */
function secondBound(x: Structure, y: Structure, a: Float64Array, b: Float64Array, loss: LossParts): number {
  const products = (p: Float64Array): Float64Array => {
    const out = new Float64Array(p.length ** 2);
    for (let i = 0, at = 0; i < p.length; i++) for (let k = 0; k < p.length; k++, at++) out[at] = p[i] * p[k];
    return out;
  };
  const { plan } = wasserstein1d(x.matrix(), y.matrix(), { a: products(a), b: products(b), p: 2, massTolerance: 1e-6 });
  const terms: number[] = [];
  const [s, t] = [x.matrix(), y.matrix()];
  for (const [i, j, moved] of plan.entries()) terms.push(moved * loss.of(s[i], t[j]));
  return sum(terms);
}

/** Rows whose entries have a law. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  /** Row i into `out`. */
  row(i: number, out: Float64Array): void;
}

/** {@link rowLawTransport} between the rows of two structures, n x n and m x m. */
export function thirdBound(
  x: Structure,
  y: Structure,
  a: Float64Array,
  b: Float64Array,
  loss: LossParts,
  count: number,
  term: LinearTerm | null,
  weight: number,
): { value: number; plan: Plan } {
  const rows = ({ n, row }: Structure): Rows => ({ count: n, width: n, row });
  return rowLawTransport([rows(x), rows(y)], [a, b], [a, b], loss, count, term, weight);
}

/**
 * min over couplings of `masses` of <term + weight Omega, P> and its plan, Omega_ij the cost between the laws of the entries of rows i and j, which weigh
 * `entries`, each seen through the means of `count` parts of equal mass: by convexity at most the cost between the laws themselves.
 */
export function rowLawTransport(
  [x, y]: readonly [Rows, Rows],
  [p, q]: readonly [Float64Array, Float64Array],
  [a, b]: readonly [Float64Array, Float64Array],
  loss: LossParts,
  count: number,
  term: LinearTerm | null,
  weight: number,
): { value: number; plan: Plan } {
  const [n, m] = [x.count, y.count];
  const s = profiles(x, p, count);
  const t = profiles(y, q, count);
  const data = new Float64Array(n * m);
  const squared = loss.name === "square";
  const other = squared ? null : t.map(loss.h2);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      let total = 0;
      const [one, two] = [i * count, j * count];
      if (other === null) {
        for (let k = 0; k < count; k++) total += (s[one + k] - t[two + k]) ** 2;
      } else {
        for (let k = 0; k < count; k++)
          total += loss.f1(s[one + k]) + loss.f2(t[two + k]) - s[one + k] * other[two + k];
      }
      data[at] = (weight * total) / count;
    }
  }
  if (term !== null && term.weight !== 0) addCost(term.cost, term.weight, data);
  const { value, plan } = emd(a, b, { data, rows: n, cols: m }, { massTolerance: 1e-6 });
  return { value, plan };
}

function addCost(cost: Cost, weight: number, data: Float64Array): void {
  const paid = cost.block(0, cost.shape[0]);
  for (let at = 0; at < data.length; at++) data[at] += weight * paid[at];
}

/** Of each row the means of `count` parts of equal mass, ascending: rows x count. */
function profiles(rows: Rows, p: Float64Array, count: number): Float64Array {
  const { count: n, width } = rows;
  const share = sum(p) / count;
  const row = new Float64Array(width);
  const out = new Float64Array(n * count);
  withLineSorter(width, (sorter) => {
    for (let i = 0; i < n; i++) {
      rows.row(i, row);
      const order = sorter.sortWithOrder(row);
      let part = 0;
      let room = share;
      for (let k = 0; k < width; k++) {
        let left = p[order[k]];
        while (left > 0) {
          const taken = part === count - 1 ? left : Math.min(left, room);
          out[i * count + part] += (taken * row[k]) / share;
          left -= taken;
          room -= taken;
          if (room <= 0 && part < count - 1) {
            part++;
            room = share;
          }
        }
      }
    }
  });
  return out;
}
