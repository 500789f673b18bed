// What ellipses are compared by: where they are, and the logarithm of their covariance, log S = a I + [[p, q], [q, -p]].
//
// Five numbers an ellipse: x, y, a, p, q. In them noise is even: a covariance off by a factor is off by the same amount at any size
// (Arsigny, Fillard, Pennec, Ayache 2006). The Bures-Wasserstein distance agrees to second order once divided by the size.
import type { Ellipses } from "./camera.ts";

/** Numbers an ellipse. */
export const featureCount = 5;

/** Writes the features of every ellipse, count x 5, its covariance enlarged by `blur`^2 in every direction; NaN where the mean is. */
export function features(
  { count, means, covariances }: Ellipses,
  blur: number,
  out: Float64Array = new Float64Array(featureCount * count),
): Float64Array {
  const added = blur * blur;
  for (let i = 0; i < count; i++) {
    const xx = covariances[3 * i] + added;
    const xy = covariances[3 * i + 1];
    const yy = covariances[3 * i + 2] + added;
    const half = (xx - yy) / 2;
    const root = Math.sqrt(half * half + xy * xy);
    const large = (xx + yy) / 2 + root;
    const small = (xx * yy - xy * xy) / large;
    const r = 0.5 * Math.log(large / small);
    const at = featureCount * i;
    out[at] = means[2 * i];
    out[at + 1] = means[2 * i + 1];
    out[at + 2] = 0.5 * Math.log(large * small);
    // Nearly a circle: r / root tends to 2 / (xx + yy).
    const slope = root > 1e-9 * large ? r / root : 1 / large;
    out[at + 3] = slope * half;
    out[at + 4] = slope * xy;
  }
  return out;
}
