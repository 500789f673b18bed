// What the tests of points share: grounds, and seeded clouds and masses.
import type { Ground } from "../../src/cost/ground.ts";
import type { Random } from "../../src/linalg/random.ts";

/** Every kind of ground cost that the kernels tell apart. */
export const grounds: readonly Ground[] = [
  "sqeuclidean",
  "euclidean",
  "cityblock",
  "chebyshev",
  "cosine",
  { norm: 3 },
  { norm: 1.5, power: 2 },
  { norm: 2, power: 0.5 },
  { norm: Infinity, power: 2 },
  { norm: 4, power: 4 },
];

export const cloudOf = (rng: Random, n: number, d: number, scale = 1) => ({
  data: Float64Array.from({ length: n * d }, () => scale * (rng.uniform() + 0.01)),
  rows: n,
  cols: d,
});

/** n whole masses >= 1 with the given sum. */
export function wholeMasses(rng: Random, n: number, total: number): number[] {
  const masses = new Array<number>(n).fill(1);
  for (let left = total - n; left > 0; left--) masses[rng.integer(n)]++;
  return masses;
}
