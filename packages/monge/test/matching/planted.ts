// Seeded scenes of ellipsoids, and how far found cameras are from planted ones.
import { gaussianMixture, type Mixture } from "../../src/gaussian/index.ts";
import { type Random, random } from "../../src/linalg/random.ts";
import type { Camera, MatchResult, SimulatedView } from "../../src/matching/index.ts";
import { randomRotation, rotationAngle } from "../../src/matching/rotation.ts";

/** A ball of n ellipsoids of unlike sizes and shapes. */
export function ballOf(n: number, seed: number): Mixture {
  const stream = random(seed);
  const parts = Array.from({ length: n }, () => ellipsoid(stream, 0.35 * Math.cbrt(1 / n)));
  return gaussianMixture(
    parts.map(({ mean }) => mean),
    parts.map(({ covariance }) => covariance),
  );
}

/** One ellipsoid in the unit ball. */
export function ellipsoid(stream: Random, base: number): { mean: number[]; covariance: number[][] } {
  const { uniform, normal } = stream;
  let mean = [2, 0, 0];
  while (Math.hypot(...mean) > 1) mean = [2 * uniform() - 1, 2 * uniform() - 1, 2 * uniform() - 1];
  const size = base * Math.exp(0.4 * normal());
  const axes = [0, 1, 2].map(() => size * Math.exp(0.5 * normal()));
  const R = randomRotation(stream);
  const covariance = [0, 1, 2].map((p) =>
    [0, 1, 2].map((q) => axes.reduce((sum, axis, k) => sum + R[3 * p + k] * axis * axis * R[3 * q + k], 0)),
  );
  return { mean, covariance };
}

/** Degrees between the rotations of two cameras. */
export function degrees(p: Camera, q: Camera): number {
  if (p.projection === "affine" || q.projection === "affine") throw new Error("no rotations");
  return (180 / Math.PI) * rotationAngle(p.R, q.R);
}

/** Links that are right, and how many there were to find. */
export function linksOf(
  { matches }: MatchResult,
  { origins }: SimulatedView,
): { right: number; of: number; told: number } {
  return {
    right: matches.filter(([i, j]) => origins[j].includes(i)).length,
    of: origins.filter((origin) => origin.length > 0).length,
    told: matches.length,
  };
}
