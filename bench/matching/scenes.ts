// Scenes to be matched: seeded clouds of ellipsoids of several kinds, one with a symmetry, or a splat file reduced to so many.
import { readScene } from "@monge/io";
import { random } from "monge";
import { gaussianMixture, type Mixture, reduceMixture } from "monge/gaussian";

/** What a scene looks like. */
export type SceneKind = "ball" | "clusters" | "surface" | "tiny" | "fourfold" | "splats";

/** A seeded scene of n ellipsoids about the origin, of radius about 1, log-normal sizes and axes. */
export function syntheticScene(kind: SceneKind, n: number, seed: number): Mixture {
  const stream = random(seed);
  const { normal, uniform, integer } = stream;
  const centres = Array.from({ length: 8 }, () => [0.6 * normal(), 0.6 * normal(), 0.6 * normal()]);
  const means: number[][] = [];
  const covariances: number[][][] = [];
  const base = (kind === "tiny" ? 0.12 : 0.35) * Math.cbrt(1 / n);
  const place = (): number[] => {
    if (kind === "clusters" || kind === "tiny") {
      const spread = kind === "tiny" ? 0.05 : 0.15;
      return centres[integer(8)].map((value) => value + spread * normal());
    }
    for (;;) {
      const p = [2 * uniform() - 1, 2 * uniform() - 1, 2 * uniform() - 1];
      const r = Math.hypot(p[0], p[1], p[2]);
      if (kind === "surface" && r > 0.1 && r <= 1) return [p[0] / r, (0.7 * p[1]) / r, (0.4 * p[2]) / r];
      if (kind !== "surface" && r <= 1) return p;
    }
  };
  const shape = (): number[][] => {
    const size = base * Math.exp(0.4 * normal());
    const axes = [0, 1, 2].map((k) => size * Math.exp(0.5 * normal()) * (kind === "surface" && k === 0 ? 0.2 : 1));
    const R = rotation(normal);
    return [0, 1, 2].map((p) =>
      [0, 1, 2].map((q) => axes.reduce((sum, axis, k) => sum + R[p][k] * axis * axis * R[q][k], 0)),
    );
  };
  if (kind !== "fourfold") {
    for (let i = 0; i < n; i++) {
      means.push(place());
      covariances.push(shape());
    }
    return gaussianMixture(means, covariances, new Float64Array(n).fill(1));
  }
  // A quarter of the scene, turned about the z axis three times.
  for (let i = 0; i < n / 4; i++) {
    let mean = place();
    let covariance = shape();
    for (let turn = 0; turn < 4; turn++) {
      means.push(mean);
      covariances.push(covariance);
      mean = [-mean[1], mean[0], mean[2]];
      const [[a, b, c], [, d, e], [, , f]] = covariance;
      covariance = [
        [d, -b, -e],
        [-b, a, c],
        [-e, c, f],
      ];
    }
  }
  return gaussianMixture(means, covariances, new Float64Array(means.length).fill(1));
}

/** The splats of a file that are not nearly transparent, weighted by their opacity. */
export async function splatScene(path: string): Promise<Mixture> {
  const { means, covariances, opacities, count } = await readScene(path);
  const kept = Array.from({ length: count }, (_, i) => i).filter((i) => opacities[i] > 0.1);
  const points = new Float64Array(3 * kept.length);
  const shapes = new Float64Array(9 * kept.length);
  kept.forEach((i, k) => {
    points.set(means.data.subarray(3 * i, 3 * i + 3), 3 * k);
    shapes.set(covariances.subarray(9 * i, 9 * i + 9), 9 * k);
  });
  const weights = Float64Array.from(kept, (i) => opacities[i]);
  return gaussianMixture({ data: points, rows: kept.length, cols: 3 }, shapes, weights);
}

/** A mixture of at most so many components. */
export function reduced(mixture: Mixture, components: number): Mixture {
  return mixture.means.rows <= components ? mixture : reduceMixture(mixture, { components }).mixture;
}

/** A rotation drawn uniformly. */
export function rotation(normal: () => number): number[][] {
  const [a, b, c, d] = [normal(), normal(), normal(), normal()];
  const s = 2 / (a * a + b * b + c * c + d * d);
  return [
    [1 - s * (c * c + d * d), s * (b * c - a * d), s * (b * d + a * c)],
    [s * (b * c + a * d), 1 - s * (b * b + d * d), s * (c * d - a * b)],
    [s * (b * d - a * c), s * (c * d + a * b), 1 - s * (b * b + c * c)],
  ];
}
