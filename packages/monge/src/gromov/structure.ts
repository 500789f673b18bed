// The inner structure of one side: a square matrix of how its atoms relate to each other, given as such or by what makes it.
// Squared Euclidean distances have rank d + 2, |x_i - x_k|^2 = |x_i|^2 + |x_k|^2 - 2 <x_i, x_k>: they are kept as points.
import { type CostLike, toCost } from "../cost/cost.ts";
import { OtError } from "../errors/otError.ts";
import { type Factors, revealFactors } from "./factors.ts";

/** One side as it was read. */
export interface Structure {
  readonly n: number;
  /** C_ik. */
  at(i: number, k: number): number;
  /** Row i into `out`. */
  row(i: number, out: Float64Array): void;
  /** All n^2 entries, made when first asked for. */
  matrix(): Float64Array;
  /** Whether C_ik = C_ki up to rounding. */
  readonly symmetric: boolean;
  /** Points (n x d, row-major) whose squared Euclidean distances, times `scale`, are C; null for anything else. */
  readonly points: StructurePoints | null;
  /** C = U V^T with few columns, where it has such; looked for when first asked for. */
  factors(): Factors | null;
}

/** See {@link Structure}. */
export interface StructurePoints {
  readonly data: Float64Array;
  readonly d: number;
  readonly scale: number;
}

/** Entries of C and of C^T that differ by no more than this share of the largest entry are equal. */
const asymmetry = 1e-13;

/** Reads a structure. Throws `InvalidShape` unless it is square, `InvalidValue` at an entry that is not finite. */
export function readStructure(C: CostLike, argument: string): Structure {
  const cost = toCost(C);
  const [n, m] = cost.shape;
  if (n !== m || n === 0) {
    throw new OtError("InvalidShape", `${argument} is ${n} x ${m}: it relates the atoms of one side to each other.`, {
      argument,
      seen: [n, m],
      cure: "Pass a square matrix with at least one row, or cost.points(x).",
    });
  }
  // Distances between points of one cloud: finite and symmetric by construction, so that no matrix is needed to see it.
  const cloud = cost.kind === "points" && cost.x === cost.y;
  const points =
    cloud && cost.ground.norm === 2 && cost.ground.power === 2
      ? { data: Float64Array.from(cost.x.data), d: cost.x.cols, scale: cost.ground.cosine ? 0.5 : 1 }
      : null;
  let entries: Float64Array | null = null;
  const matrix = (): Float64Array => {
    if (entries === null) {
      const given = cost.kind === "dense" ? cost.matrix.data : null;
      entries = given instanceof Float64Array ? given : cost.block(0, n);
    }
    return entries;
  };
  if (!cloud) requireFinite(matrix(), n, argument);
  let factors: Factors | null | undefined;
  return {
    n,
    at: cost.at,
    row: (i, out) => void cost.block(i, i + 1, out),
    matrix,
    symmetric: cloud || isSymmetric(matrix(), n),
    points,
    factors() {
      if (factors === undefined) {
        factors =
          points !== null
            ? factorsOfPoints(points, n)
            : cost.kind === "lowrank"
              ? { U: Float64Array.from(cost.A.data), V: Float64Array.from(cost.B.data), rank: cost.A.cols }
              : revealFactors(matrix(), n);
        if (factors !== null && 4 * factors.rank > n) factors = null;
      }
      return factors;
    },
  };
}

/** The largest |C_ik|, or an upper bound within a factor of 4 for points. */
export function largestEntry({ matrix, points, n }: Structure): number {
  let largest = 0;
  if (points === null) {
    for (const value of matrix()) largest = Math.max(largest, Math.abs(value));
    return largest;
  }
  const { data, d, scale } = points;
  for (let i = 1; i < n; i++) {
    let gap = 0;
    for (let k = 0; k < d; k++) gap += (data[i * d + k] - data[k]) ** 2;
    largest = Math.max(largest, gap);
  }
  return 4 * scale * largest;
}

/** |x|^2 1^T + 1 |x|^2T - 2 x x^T, times the scale. */
function factorsOfPoints({ data, d, scale }: StructurePoints, n: number): Factors {
  const rank = d + 2;
  const U = new Float64Array(n * rank);
  const V = new Float64Array(n * rank);
  const mean = new Float64Array(d);
  for (let at = 0; at < data.length; at++) mean[at % d] += data[at] / n;
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let k = 0; k < d; k++) {
      const value = data[i * d + k] - mean[k];
      square += value * value;
      U[i * rank + 2 + k] = -2 * scale * value;
      V[i * rank + 2 + k] = value;
    }
    U[i * rank] = scale * square;
    U[i * rank + 1] = scale;
    V[i * rank] = 1;
    V[i * rank + 1] = square;
  }
  return { U, V, rank };
}

function requireFinite(data: Float64Array, n: number, argument: string): void {
  for (let at = 0; at < data.length; at++) {
    if (Number.isFinite(data[at])) continue;
    throw new OtError("InvalidValue", `The entry ${argument}[${Math.floor(at / n)}][${at % n}] is ${data[at]}.`, {
      argument,
      seen: data[at],
      cure: "Use finite entries: for a graph without a path between two atoms, a number larger than every distance.",
    });
  }
}

function isSymmetric(data: Float64Array, n: number): boolean {
  let largest = 0;
  let apart = 0;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k <= i; k++) {
      const one = data[i * n + k];
      const other = data[k * n + i];
      largest = Math.max(largest, Math.abs(one), Math.abs(other));
      apart = Math.max(apart, Math.abs(one - other));
    }
  }
  return apart <= asymmetry * largest;
}
