// The objective of a plan from the input: sum over pairs of entries of L(Cx_ik, Cy_jl) P_ij P_kl, directly while these are few.
import type { SparseMatrix } from "../linalg/sparse.ts";
import { dot, sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import { quadratic, sums, tensorOf } from "./denseEnergy.ts";
import type { LossParts } from "./loss.ts";
import type { Structure } from "./structure.ts";

/** Pairs of entries up to which the sum is taken as it is written. */
const affordable = 2 ** 24;
/** Operations of a product of matrices in the time that one pair of entries takes. */
const cheaper = 32;
/** Share of what it is the difference of from which a value by moments has enough digits. */
const significant = 1e-5;

/** sum L(Cx_ik, Cy_jl) P_ij P_kl; without cancellation where the plan has few entries. */
export function structureCost(x: Structure, y: Structure, loss: LossParts, plan: Plan): number {
  const entries = plan.toSparse();
  const pairs = entries.values.length ** 2;
  const few = pairs <= affordable;
  if (x.points !== null && y.points !== null && loss.name === "square") {
    const { value, size } = byMoments(x, y, entries);
    return few || value < significant * size ? overPairs(x, y, loss, entries) : value;
  }
  return few || cheaper * pairs < x.n * y.n * Math.max(x.n, y.n)
    ? overPairs(x, y, loss, entries)
    : bySplit(x, y, loss, entries);
}

/** The sum as it is written. */
export function overPairs(x: Structure, y: Structure, loss: LossParts, P: SparseMatrix): number {
  const rowX = new Float64Array(x.n);
  const rowY = new Float64Array(y.n);
  const count = P.values.length;
  const rowOf = new Int32Array(count);
  for (let i = 0; i < P.rows; i++) rowOf.fill(i, P.rowPtr[i], P.rowPtr[i + 1]);
  const terms = new Float64Array(count);
  const { colIdx, values } = P;
  const square = loss.name === "square";
  for (let e = 0, last = -1; e < count; e++) {
    if (rowOf[e] !== last) {
      last = rowOf[e];
      x.row(last, rowX);
    }
    y.row(colIdx[e], rowY);
    let total = 0;
    if (square) {
      for (let t = 0; t < count; t++) {
        const apart = rowX[rowOf[t]] - rowY[colIdx[t]];
        total += apart * apart * values[t];
      }
    } else {
      for (let t = 0; t < count; t++) total += loss.of(rowX[rowOf[t]], rowY[colIdx[t]]) * values[t];
    }
    terms[e] = total * values[e];
  }
  return sum(terms);
}

/** f1 and f2 by the marginals, the rest by the product of matrices. */
function bySplit(x: Structure, y: Structure, loss: LossParts, P: SparseMatrix): number {
  const [p, q] = sums(P, x.n, y.n);
  const mass = sum(p);
  const image = new Float64Array(x.n * y.n);
  const tensor = tensorOf(x, y, loss);
  tensor.apply(P, image);
  tensor.close();
  let cross = 0;
  for (let i = 0; i < P.rows; i++) {
    for (let e = P.rowPtr[i]; e < P.rowPtr[i + 1]; e++) cross += P.values[e] * image[i * y.n + P.colIdx[e]];
  }
  const own = quadratic(x, loss.f1, p) + quadratic(y, loss.f2, q);
  return mass === 0 ? 0 : Math.max(0, own - cross / 2);
}

/** For squared Euclidean distances between points: from moments, linear in the number of entries. */
function byMoments(x: Structure, y: Structure, P: SparseMatrix): { value: number; size: number } {
  const [p, q] = sums(P, x.n, y.n);
  const mass = sum(p);
  if (mass === 0) return { value: 0, size: 0 };
  const one = moments(x, p, mass);
  const other = moments(y, q, mass);
  const [d, e] = [one.d, other.d];
  const K = new Float64Array(d * e);
  let squares = 0;
  for (let i = 0; i < P.rows; i++) {
    for (let at = P.rowPtr[i]; at < P.rowPtr[i + 1]; at++) {
      const j = P.colIdx[at];
      squares += P.values[at] * one.square[i] * other.square[j];
      for (let k = 0; k < d; k++) {
        for (let l = 0; l < e; l++) K[k * e + l] += P.values[at] * one.data[i * d + k] * other.data[j * e + l];
      }
    }
  }
  const cross = 2 * one.total * other.total + 2 * mass * squares + 4 * dot(K, K);
  const size = one.fourth + other.fourth;
  return { value: Math.max(0, size - 2 * cross), size };
}

function moments(
  { points, n }: Structure,
  p: Float64Array,
  mass: number,
): { data: Float64Array; d: number; square: Float64Array; total: number; fourth: number } {
  if (points === null) throw new TypeError("points");
  const { data: given, d, scale } = points;
  const data = new Float64Array(n * d);
  for (let k = 0; k < d; k++) {
    const axis = Float64Array.from(p, (_, i) => given[i * d + k]);
    const mean = dot(axis, p) / mass;
    for (let i = 0; i < n; i++) data[i * d + k] = Math.sqrt(scale) * (axis[i] - mean);
  }
  const square = new Float64Array(n);
  const second = new Float64Array(d * d);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      square[i] += data[i * d + k] ** 2;
      for (let l = 0; l < d; l++) second[k * d + l] += p[i] * data[i * d + k] * data[i * d + l];
    }
  }
  const total = dot(square, p);
  const fourths = dot(
    square.map((s) => s * s),
    p,
  );
  return { data, d, square, total, fourth: 2 * mass * fourths + 2 * total * total + 4 * dot(second, second) };
}

/** KL(P | a (x) b / mass) for a plan of that mass. */
export function divergence(
  plan: Plan,
  { a, b, mass }: { readonly a: Float64Array; readonly b: Float64Array; readonly mass: number },
): number {
  const terms: number[] = [];
  for (const [i, j, moved] of plan.entries()) if (moved > 0) terms.push(moved * Math.log((moved / a[i] / b[j]) * mass));
  return sum(terms);
}
