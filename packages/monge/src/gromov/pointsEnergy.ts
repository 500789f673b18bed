// The objective between two clouds under squared Euclidean distances and the square loss, without any matrix.
// With both clouds centred and s = |x|^2, <Cx P Cy, P> = 2 <s, a> <t, b> + 2 mass s^T P t + 4 |X^T P Y|^2: all that S sees of a plan is the d x e
// matrix X^T P Y. The objective is concave, and its gradient is the inner product of features: squared distances again.
import { pointsOf } from "../cost/points.ts";
import type { SparseMatrix } from "../linalg/sparse.ts";
import { dot, sum } from "../linalg/sum.ts";
import { type Energy, type Gradient, type LinearTerm, linearOfProduct, linearValue } from "./energy.ts";
import { singular } from "./singular.ts";
import type { StructurePoints } from "./structure.ts";

/** One cloud, centred by its masses; `data` is n x d. */
interface Cloud {
  readonly data: Float64Array;
  readonly d: number;
  /** |x|^2 less its mean, and that mean. */
  readonly square: Float64Array;
  readonly meanSquare: number;
  readonly masses: Float64Array;
  /** X^T diag(a) X, d x d. */
  readonly moments: Float64Array;
  /** sum a_i a_k |x_i - x_k|^4. */
  readonly fourth: number;
}

/** The energy of the clouds under masses a and b: `weight` times the structure term, plus `term`. */
export function pointsEnergy(
  [px, py]: readonly [StructurePoints, StructurePoints],
  a: Float64Array,
  b: Float64Array,
  weight: number,
  term: LinearTerm | null,
): Energy<Float64Array> {
  const x = centred(px, a);
  const y = centred(py, b);
  const mass = sum(a);
  const [d, e] = [x.d, y.d];
  const image = (plan: SparseMatrix): Float64Array => correlate(x, y, plan);
  return {
    constant: weight * (x.fourth + y.fourth - 8 * mass * mass * x.meanSquare * y.meanSquare),
    image,
    productImage: () => new Float64Array(d * e),
    combine: (into, keep, other, share) => into.map((value, k) => keep * value + share * other[k]),
    pair: (K, plan) => -16 * weight * dot(K, image(plan)),
    productPair: () => 0,
    linear: (plan) => -4 * weight * mass * correlateSquares(x, y, plan) + linearValue(term, plan),
    productLinear: () => linearOfProduct(term, a, b, mass),
    gradient: (K) => gradientOf(x, y, weight, mass, term, K),
    seeds: () => principalAxes(x, y, mass),
  };
}

function centred({ data, d, scale }: StructurePoints, masses: Float64Array): Cloud {
  const n = masses.length;
  const mass = sum(masses);
  const unit = Math.sqrt(scale);
  const out = new Float64Array(n * d);
  for (let k = 0; k < d; k++) {
    const axis = Float64Array.from(masses, (_, i) => data[i * d + k]);
    const mean = mass > 0 ? dot(axis, masses) / mass : 0;
    for (let i = 0; i < n; i++) out[i * d + k] = unit * (data[i * d + k] - mean);
  }
  const square = new Float64Array(n);
  const moments = new Float64Array(d * d);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      square[i] += out[i * d + k] ** 2;
      for (let l = 0; l < d; l++) moments[k * d + l] += masses[i] * out[i * d + k] * out[i * d + l];
    }
  }
  const total = dot(square, masses);
  // The third moments do not vanish: |x - x'|^4 = s^2 + s'^2 + 2 s s' + 4 <x, x'>^2 - 4 (s + s') <x, x'>, and the last averages to 0.
  const fourth =
    2 *
      mass *
      dot(
        square.map((s) => s * s),
        masses,
      ) +
    2 * total * total +
    4 * dot(moments, moments);
  const meanSquare = mass > 0 ? total / mass : 0;
  return { data: out, d, square: square.map((s) => s - meanSquare), meanSquare, masses, moments, fourth };
}

/** X^T P Y. */
function correlate(x: Cloud, y: Cloud, { rows, rowPtr, colIdx, values }: SparseMatrix): Float64Array {
  const [d, e] = [x.d, y.d];
  const K = new Float64Array(d * e);
  const moved = new Float64Array(e);
  for (let i = 0; i < rows; i++) {
    moved.fill(0);
    for (let at = rowPtr[i]; at < rowPtr[i + 1]; at++) {
      const j = colIdx[at] * e;
      for (let l = 0; l < e; l++) moved[l] += values[at] * y.data[j + l];
    }
    for (let k = 0; k < d; k++) for (let l = 0; l < e; l++) K[k * e + l] += x.data[i * d + k] * moved[l];
  }
  return K;
}

/** s^T P t of the squares less their means. */
function correlateSquares(x: Cloud, y: Cloud, { rows, rowPtr, colIdx, values }: SparseMatrix): number {
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let moved = 0;
    for (let at = rowPtr[i]; at < rowPtr[i + 1]; at++) moved += values[at] * y.square[colIdx[at]];
    total += x.square[i] * moved;
  }
  return total;
}

/** -16 weight X K Y^T - 4 weight mass s t^T as squared distances of features, the singular values of K shared by both sides. */
function gradientOf(
  x: Cloud,
  y: Cloud,
  weight: number,
  mass: number,
  term: LinearTerm | null,
  K: Float64Array,
): Gradient {
  const { P, Q, sigma } = singular(K, x.d, y.d);
  // Directions of rounding alone are left out: coordinates that are all alike cost the search for neighbours its order.
  const rank = sigma.filter((value) => value > 1e-14 * sigma[0] && value > 0).length;
  const shares = sigma.subarray(0, rank).map((value) => Math.sqrt(8 * weight * value));
  const ofSquares = Math.sqrt(2 * weight * mass);
  const own = term === null || term.weight === 0 ? null : term;
  const features =
    own?.cost.kind === "points" && own.cost.ground.norm === 2 && own.cost.ground.power === 2
      ? { x: own.cost.x, y: own.cost.y, scale: Math.sqrt(own.weight * (own.cost.ground.cosine ? 0.5 : 1)) }
      : null;
  const left = lifted(x, P, shares, ofSquares, features === null ? null : { of: features.x, scale: features.scale });
  const right = lifted(y, Q, shares, ofSquares, features === null ? null : { of: features.y, scale: features.scale });
  const cols = left.cols;
  const cost = pointsOf(
    { data: left.data, rows: x.masses.length, cols },
    { data: right.data, rows: y.masses.length, cols },
    { name: "sqeuclidean", norm: 2, power: 2, cosine: false, p: 2 },
  );
  if (own === null || features !== null) return { cost, rows: left.norms, columns: right.norms };
  const [n, m] = cost.shape;
  const data = cost.block(0, n);
  const paid = own.cost.block(0, n);
  for (let at = 0; at < data.length; at++) data[at] += own.weight * paid[at];
  return { cost: { data, rows: n, cols: m }, rows: left.norms, columns: right.norms };
}

interface Lifted {
  readonly data: Float64Array;
  readonly cols: number;
  /** Squared lengths of what the structure contributed: what the cost has more than the gradient. */
  readonly norms: Float64Array;
}

function lifted(
  { data, d, square, masses }: Cloud,
  rotation: Float64Array,
  shares: Float64Array,
  ofSquares: number,
  features: { readonly of: { readonly data: ArrayLike<number>; readonly cols: number }; readonly scale: number } | null,
): Lifted {
  const n = masses.length;
  const rank = shares.length;
  const width = rotation.length / d;
  const more = features?.of.cols ?? 0;
  const cols = rank + 1 + more;
  const out = new Float64Array(n * cols);
  const norms = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < rank; l++) {
      let value = 0;
      for (let k = 0; k < d; k++) value += data[i * d + k] * rotation[k * width + l];
      out[i * cols + l] = shares[l] * value;
    }
    out[i * cols + rank] = ofSquares * square[i];
    for (let l = 0; l <= rank; l++) norms[i] += out[i * cols + l] ** 2;
    for (let k = 0; k < more; k++)
      out[i * cols + rank + 1 + k] = (features?.scale ?? 0) * (features?.of.data[i * more + k] ?? 0);
  }
  return { data: out, cols, norms };
}

/** Axes that are matched, and how many ways to choose their signs are tried. */
const mostSigned = 3;

/**
 * X^T P Y of the linear maps that carry the principal axes of one cloud to those of the other, in the order of their lengths, with all signs:
 * optimal between normal laws. Delon, Desolneux, Salmona (2022).
 */
function principalAxes(x: Cloud, y: Cloud, mass: number): Float64Array[] {
  if (mass === 0) return [];
  const ofX = singular(x.moments, x.d, x.d);
  const ofY = singular(y.moments, y.d, y.d);
  const rank = Math.min(x.d, y.d);
  const signed = Math.min(rank, mostSigned);
  return Array.from({ length: 2 ** signed }, (_, signs) => {
    const K = new Float64Array(x.d * y.d);
    for (let l = 0; l < rank; l++) {
      const sign = l < signed && (signs >> l) & 1 ? -1 : 1;
      const length = sign * Math.sqrt(ofX.sigma[l] * ofY.sigma[l]);
      for (let k = 0; k < x.d; k++) {
        for (let q = 0; q < y.d; q++) K[k * y.d + q] += length * ofX.P[k * x.d + l] * ofY.P[q * y.d + l];
      }
    }
    return K;
  });
}
