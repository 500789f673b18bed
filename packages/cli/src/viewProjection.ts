// A scene through a camera, ellipsoid by ellipsoid, and how far each link misses.
import type { Mixture } from "monge";
import { type Camera, type MatchResult, simulateView } from "monge/matching";

/** Ellipses in the order of the ellipsoids; NaN for what is behind the camera. */
export interface Projection {
  /** n x 2. */
  readonly means: Float64Array;
  /** n x 3: xx, xy, yy. */
  readonly covariances: Float64Array;
}

/** The clean projection; `dilation` is what the renderer adds to variances. */
export function projectScene(ellipsoids: Mixture, camera: Camera, dilation = 0): Projection {
  const n = ellipsoids.means.rows;
  const means = new Float64Array(2 * n).fill(Number.NaN);
  const covariances = new Float64Array(3 * n).fill(Number.NaN);
  const { ellipses, origins } = simulateView(ellipsoids, camera);
  origins.forEach(([i], k) => {
    means.set(ellipses.means.data.subarray(2 * k, 2 * k + 2), 2 * i);
    const S = ellipses.covariances.subarray(4 * k, 4 * k + 4);
    covariances.set([S[0] + dilation, S[1], S[3] + dilation], 3 * i);
  });
  return { means, covariances };
}

/** The projection as large as the view draws it: by the median ratio of areas over the links. */
export function asDrawn(projection: Projection, matches: MatchResult["matches"], { covariances }: Mixture): Projection {
  const ratios = matches.flatMap(([i, j]) => {
    const [xx, xy, yy] = projection.covariances.subarray(3 * i, 3 * i + 3);
    const S = covariances.subarray(4 * j, 4 * j + 4);
    const ratio = Math.sqrt((S[0] * S[3] - S[1] * S[2]) / (xx * yy - xy * xy));
    return ratio > 0 && ratio < Infinity ? [ratio] : [];
  });
  const factor = ratios.sort((a, b) => a - b)[ratios.length >> 1] ?? 1;
  return { means: projection.means, covariances: projection.covariances.map((value) => factor * value) };
}

/** What became of an ellipsoid: linked with one ellipse, part of a merged or split one, or alone. */
export type Fate = "linked" | "merged" | "split" | "alone";

/** The fate of every ellipsoid. */
export function fatesOf(result: MatchResult, n: number): Fate[] {
  const fates = new Array<Fate>(n).fill("alone");
  for (const [i] of result.matches) fates[i] = "linked";
  for (const { kind, ellipsoids } of result.groups) for (const i of ellipsoids) fates[i] = kind;
  return fates;
}

/** Of every ellipsoid that is linked with one ellipse, how far the centres are apart, in the unit of the view; NaN for the others. */
export function residualsOf(result: MatchResult, projection: Projection, ellipses: Mixture): Float64Array {
  const n = projection.means.length / 2;
  const out = new Float64Array(n).fill(Number.NaN);
  const fates = fatesOf(result, n);
  for (const [i, j] of result.matches) {
    if (fates[i] !== "linked") continue;
    const dx = projection.means[2 * i] - ellipses.means.data[2 * j];
    const dy = projection.means[2 * i + 1] - ellipses.means.data[2 * j + 1];
    out[i] = Math.hypot(dx, dy);
  }
  return out;
}

/** Semi-axes (standard deviations, a >= b) and the angle of the longer one, in radians. */
export function axesOf(xx: number, xy: number, yy: number): readonly [a: number, b: number, angle: number] {
  const mean = (xx + yy) / 2;
  const off = Math.hypot((xx - yy) / 2, xy);
  return [Math.sqrt(mean + off), Math.sqrt(Math.max(0, mean - off)), 0.5 * Math.atan2(2 * xy, xx - yy)];
}
