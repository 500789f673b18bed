// Seeded Gaussians and mixtures for the tests, some of them of low rank or points.

import { type Gaussian, gaussian, type Mixture, mixtureOf } from "../../src/gaussian/index.ts";
import { random } from "../../src/index.ts";

export type Rank = "full" | "mixed" | number;

/** A covariance L L^T with L d x rank, its entries normal times `scale`. */
export function covariance(d: number, seed: number, rank: number = d, scale = 1): number[][] {
  const { normal } = random(seed);
  const L = Array.from({ length: d }, () => Array.from({ length: rank }, () => scale * normal()));
  return L.map((row) => L.map((other) => row.reduce((total, value, k) => total + value * other[k], 0)));
}

/** A Gaussian in d dimensions with a mean of size `spread`. */
export function anyGaussian(d: number, seed: number, rank: number = d, spread = 1): Gaussian {
  const { normal } = random(seed + 0.5);
  return gaussian(
    Array.from({ length: d }, () => spread * normal()),
    covariance(d, seed, rank),
  );
}

/** k Gaussians; `"mixed"`: every fourth has rank 1 and every seventh is a point. */
export function anyMixture(k: number, d: number, seed: number, ranks: "full" | "mixed" = "full", spread = 3): Mixture {
  const { uniform } = random(seed + 0.25);
  const rankOf = (at: number): number => (ranks === "full" ? d : at % 7 === 3 ? 0 : at % 4 === 1 ? 1 : d);
  return mixtureOf(
    Array.from({ length: k }, (_, at) => anyGaussian(d, 1000 * seed + at, rankOf(at), spread)),
    Array.from({ length: k }, () => 0.1 + uniform()),
  );
}
