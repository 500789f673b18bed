// Point clouds drawn from the Gaussians of both sides: mean + L z, L L^T = covariance, z normal and seeded.
import { random } from "../linalg/random.ts";
import type { NormalisedProblem } from "./normalise.ts";

/** Both sides as Gaussians without extent, so that everything that is done with ellipses can be done with samples. */
export function sampled(problem: NormalisedProblem, each: number, seed: number): NormalisedProblem {
  const { scene, view } = problem;
  const stream = random(seed);
  return {
    ...problem,
    scene: {
      count: each * scene.count,
      means: drawn(scene.means, scene.covariances, 3, each, stream.normal),
      covariances: new Float64Array(6 * each * scene.count),
    },
    view: {
      count: each * view.count,
      means: drawn(view.means, view.covariances, 2, each, stream.normal),
      covariances: new Float64Array(3 * each * view.count),
    },
  };
}

/** The means alone, or `most` of them a side: those of a seeded draw without repetition. */
export function centres(problem: NormalisedProblem, most: number, seed: number): NormalisedProblem {
  const stream = random(seed);
  const side = (means: Float64Array, d: number): Float64Array => {
    const count = means.length / d;
    const order = Int32Array.from({ length: count }, (_, k) => k);
    const taken = Math.min(count, most);
    for (let k = 0; k < taken; k++) {
      const other = k + stream.integer(count - k);
      [order[k], order[other]] = [order[other], order[k]];
    }
    const out = new Float64Array(d * taken);
    for (let k = 0; k < taken; k++) out.set(means.subarray(d * order[k], d * (order[k] + 1)), d * k);
    return out;
  };
  const [x, y] = [side(problem.scene.means, 3), side(problem.view.means, 2)];
  return {
    ...problem,
    scene: { count: x.length / 3, means: x, covariances: new Float64Array(2 * x.length) },
    view: { count: y.length / 2, means: y, covariances: new Float64Array((3 * y.length) / 2) },
  };
}

function drawn(
  means: Float64Array,
  covariances: Float64Array,
  d: number,
  each: number,
  normal: () => number,
): Float64Array {
  const count = means.length / d;
  const packed = (d * (d + 1)) / 2;
  const out = new Float64Array(d * each * count);
  const L = new Float64Array(d * d);
  const z = new Float64Array(d);
  for (let i = 0; i < count; i++) {
    cholesky(covariances, packed * i, d, L);
    for (let s = 0; s < each; s++) {
      for (let k = 0; k < d; k++) z[k] = normal();
      const at = d * (each * i + s);
      for (let k = 0; k < d; k++) {
        let value = means[d * i + k];
        for (let l = 0; l <= k; l++) value += L[k * d + l] * z[l];
        out[at + k] = value;
      }
    }
  }
  return out;
}

/** L of a packed covariance (rows of the upper triangle); directions without extent get none. */
function cholesky(S: Float64Array, from: number, d: number, L: Float64Array): void {
  const entry = (k: number, l: number): number => S[from + k * d - (k * (k - 1)) / 2 + (l - k)];
  L.fill(0);
  for (let k = 0; k < d; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = entry(l, k);
      for (let p = 0; p < l; p++) sum -= L[k * d + p] * L[l * d + p];
      if (l === k) L[k * d + k] = Math.sqrt(Math.max(sum, 0));
      else L[k * d + l] = L[l * d + l] > 1e-12 ? sum / L[l * d + l] : 0;
    }
  }
}
