// The cost between the components of two Gaussian mixtures: squared Bures-Wasserstein distances.
// C_ij = |m_i - m_j|^2 + tr A_i + tr B_j - 2 tr (A_i^1/2 B_j A_i^1/2)^1/2. Dowson, Landau (1982).
//
// tr (A^1/2 B A^1/2)^1/2 is the sum s of the roots of the eigenvalues of A B, known from their symmetric functions:
// d = 2: s^2 = tr A B + 2 (det A det B)^1/2.
// d = 3: s^2 = tr A B + 2 q, q^2 = tr (adj A adj B) + 2 r s, r^2 = det A det B. As a map of s that contracts at least ninefold, and has
// no difference in it. No matrix root is taken.
import { OtError } from "../errors/otError.ts";
import { nuclearNorm } from "../linalg/singular.ts";
import type { Mixture } from "../measure/mixture.ts";
import { type CostBase, costFromRows } from "./base.ts";
import { gaussianRecords, lengthUnit, recordSize } from "./gaussianRecords.ts";

/** C_ij = W2^2 between component i of `source` and component j of `target`. */
export interface GaussiansCost extends CostBase {
  readonly kind: "gaussians";
  readonly source: Mixture;
  readonly target: Mixture;
}

/**
 * The squared Bures-Wasserstein distances between the components of two mixtures; their weights play no part. Precise to rounding of
 * tr A + tr B: for two Gaussians that are nearly the same use `buresWassersteinDistance`.
 *
 * @param source n Gaussians; singular and zero covariances are legal
 * @param target m Gaussians of the same dimension; default: `source`
 *
 * Throws `InvalidShape` where the dimensions differ, `InvalidValue` where the means are so far apart that a cost overflows.
 */
export function gaussians(source: Mixture, target: Mixture = source): GaussiansCost {
  for (const [argument, value] of [
    ["source", source],
    ["target", target],
  ] as const) {
    if ((value as Mixture | null)?.kind === "mixture") continue;
    throw new OtError("InvalidShape", `${argument} is no mixture.`, {
      argument,
      seen: value,
      cure: "Make one with gaussianMixture(means, covariances).",
    });
  }
  const n = source.means.rows;
  const m = target.means.rows;
  const d = source.means.cols;
  if (n > 0 && m > 0 && target.means.cols !== d) {
    throw new OtError(
      "InvalidShape",
      `The Gaussians of source have ${d} coordinates, those of target ${target.means.cols}.`,
      {
        argument: "target",
        seen: target.means.cols,
        cure: "Compare Gaussians of the same dimension.",
      },
    );
  }
  requireFiniteCosts(source, target);
  const unit = lengthUnit(source, target);
  const x = gaussianRecords(source, unit);
  const y = source === target ? x : gaussianRecords(target, unit);
  const distance = squaredDistanceOf(d);
  const size = recordSize(d);
  const times = unit * unit;
  const base = costFromRows(
    [n, m],
    (i, j) => times * distance(x, i * size, y, j * size),
    (i, out, offset) => {
      for (let j = 0, at = 0; j < m; j++, at += size) out[offset + j] = times * distance(x, i * size, y, at);
    },
  );
  return { kind: "gaussians", source, target, ...base };
}

/** Throws `InvalidValue` where a cost would overflow. */
export function requireFiniteCosts(source: Mixture, target: Mixture): void {
  let farthest = 0;
  for (const { means } of [source, target]) {
    for (let k = 0; k < means.data.length; k++) farthest = Math.max(farthest, Math.abs(means.data[k]));
  }
  if (4 * Math.max(1, source.means.cols) * farthest * farthest < Infinity) return;
  throw new OtError("InvalidValue", "These Gaussians are infinitely far apart.", {
    argument: "source",
    seen: farthest,
    cure: "Scale the means down: a cost must stay below 1.8e308.",
  });
}

type Distance = (x: Float64Array, i: number, y: Float64Array, j: number) => number;

/** The squared Bures-Wasserstein distance between the records at x[i] and y[j]. */
export function squaredDistanceOf(d: number): Distance {
  if (d === 1) return (x, i, y, j) => (x[i] - y[j]) ** 2 + (x[i + 1] - y[j + 1]) ** 2;
  if (d === 2) return inPlane;
  if (d === 3) return inSpace;
  const product = new Float64Array(d * d);
  return (x, i, y, j) => {
    let total = x[i + d] + y[j + d];
    for (let k = 0; k < d; k++) total += (x[i + k] - y[j + k]) ** 2;
    const A = i + d + 2;
    const B = j + d + 2;
    for (let r = 0; r < d; r++) {
      for (let c = 0; c < d; c++) {
        let entry = 0;
        for (let k = 0; k < d; k++) entry += x[A + r * d + k] * y[B + c * d + k];
        product[r * d + c] = entry;
      }
    }
    return Math.max(0, total - 2 * nuclearNorm(product, d));
  };
}

const inPlane: Distance = (x, i, y, j) => {
  const u = x[i] - y[j];
  const v = x[i + 1] - y[j + 1];
  const squares = x[i + 2] * y[j + 2] + x[i + 3] * y[j + 3] + x[i + 4] * y[j + 4];
  const s = Math.sqrt(Math.max(0, squares) + 2 * x[i + 5] * y[j + 5]);
  return u * u + v * v + Math.max(0, x[i + 6] + y[j + 6] - 2 * s);
};

const inSpace: Distance = (x, i, y, j) => {
  const u = x[i] - y[j];
  const v = x[i + 1] - y[j + 1];
  const w = x[i + 2] - y[j + 2];
  let squares = 0;
  let products = 0;
  for (let k = 3; k < 9; k++) {
    squares += x[i + k] * y[j + k];
    products += x[i + k + 6] * y[j + k + 6];
  }
  const s = sumOfRoots(Math.max(0, squares), Math.max(0, products), x[i + 15] * y[j + 15]);
  return u * u + v * v + w * w + Math.max(0, x[i + 16] + y[j + 16] - 2 * s);
};

/** a + b + c from a^2 + b^2 + c^2, a^2 b^2 + a^2 c^2 + b^2 c^2 and a b c, all >= 0. */
export function sumOfRoots(squares: number, products: number, r: number): number {
  if (squares === 0) return 0;
  if (r === 0) return Math.sqrt(squares + 2 * Math.sqrt(products));
  // The map s -> (squares + 2 (products + 2 r s)^1/2)^1/2 has the slope r / (s q) <= 1/9; three of Newton's steps end at rounding from
  // this upper bound, q^2 <= 3 products.
  let s = Math.sqrt(squares + 2 * Math.sqrt(3 * products));
  for (let step = 0; step < 3; step++) {
    const q = Math.sqrt(products + 2 * r * s);
    const next = Math.sqrt(squares + 2 * q);
    s += (next - s) / (1 - r / (next * q));
  }
  return s;
}
