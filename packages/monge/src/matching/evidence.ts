// How much likelier a view is under a camera than by chance: log likelihood ratios of pairs against strangers, and their sum over the best links.
//
// A pair has the density N(d; widths) of right pairs, a stranger that of ellipses there: how many projected ellipsoids there are around, times the
// normal density of their shapes. Half the difference of gate and d^2 is the logarithm of the ratio.
import type { Camera } from "./camera.ts";
import { featureCount } from "./features.ts";
import type { Candidates } from "./links.ts";
import type { Stage, Targets, Widths } from "./stage.ts";

/** Gates: whatever the density says, pairs beyond the largest are none, and the smallest always leaves room for noise. */
export const gates = {
  least: 4,
  most: 22,
  /** Reach in which neighbours are counted, in radii of the picture. */
  reach: 0.12,
};
/** The prior odds of a pair that says nothing, before anything is known of how many ellipsoids are unseen and ellipses spurious. */
const evenOdds = 0.5;
const mostOdds = 10;

/** Pairs that are likelier than chance at a camera, with their gains. */
export function candidates(
  stage: Stage,
  camera: Camera,
  targets: Targets,
  widths: Widths,
  odds: number = evenOdds,
): Candidates {
  const projected = stage.project(camera).slice();
  const gate = gatesOf(projected, targets.values, widths, crowds(stage, targets), odds);
  stage.project(camera);
  const { count: found, pairs, values } = stage.near(targets, widths, gates.most);
  const i: number[] = [];
  const j: number[] = [];
  const gain: number[] = [];
  for (let e = 0; e < found; e++) {
    const worth = (gate[pairs[2 * e + 1]] - values[e]) / 2 + (stage.presence?.[pairs[2 * e]] ?? 0);
    if (!(worth > 0)) continue;
    i.push(pairs[2 * e]);
    j.push(pairs[2 * e + 1]);
    gain.push(worth);
  }
  return { n: stage.n, m: targets.count, i, j, gain };
}

/** The odds where a share of the ellipses is linked: strangers are as many as there are spurious ones. */
export function oddsOf(linked: number): number {
  return linked < 1 ? Math.min(mostOdds, Math.max(evenOdds, linked / (1 - linked))) : mostOdds;
}

/** d^2 at which a pair is as likely a right one as a stranger, by target; `crowd` is the number of projected ellipsoids there by area. */
export function gatesOf(
  projected: Float64Array,
  targets: Float64Array,
  { position, shape }: Widths,
  crowd: Float64Array,
  odds: number,
): Float64Array {
  const shapes = shapeDensity(projected);
  const normal = (2 * Math.PI) ** 2.5 * position ** 2 * shape ** 3;
  return crowd.map((near, j) => {
    const wanted = 2 * Math.log(odds / (near * shapes(targets, featureCount * j) * normal));
    return Math.min(gates.most, Math.max(gates.least, wanted));
  });
}

/** Projected ellipsoids around each target, by area; at least as many as if one were there. */
function crowds(stage: Stage, targets: Targets): Float64Array {
  // Shapes do not count: their width is beyond every difference.
  const { count, pairs } = stage.near(targets, { position: gates.reach, shape: 1e9 }, 1);
  const out = new Float64Array(targets.count).fill(1);
  for (let e = 0; e < count; e++) out[pairs[2 * e + 1]]++;
  return out.map((value) => value / (Math.PI * gates.reach ** 2));
}

/** The normal density with the moments of the shapes a, p, q of the projected ellipsoids. */
function shapeDensity(values: Float64Array): (given: Float64Array, at: number) => number {
  const mean = [0, 0, 0];
  const S = new Float64Array(9);
  let count = 0;
  for (let at = 2; at < values.length; at += featureCount) {
    if (values[at] < -1e8) continue;
    count++;
    for (let k = 0; k < 3; k++) mean[k] += values[at + k];
  }
  for (let k = 0; k < 3; k++) mean[k] /= Math.max(count, 1);
  for (let at = 2; at < values.length; at += featureCount) {
    if (values[at] < -1e8) continue;
    for (let k = 0; k < 3; k++) {
      for (let l = 0; l < 3; l++) S[3 * k + l] += ((values[at + k] - mean[k]) * (values[at + l] - mean[l])) / count;
    }
  }
  // Shapes that are all alike tell nothing apart: never narrower than this.
  for (let k = 0; k < 3; k++) S[4 * k] += 0.05 ** 2;
  const [a, b, c, , d, e, , , f] = S;
  const det = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d);
  const inverse = [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b].map(
    (value) => value / det,
  );
  const scale = 1 / Math.sqrt((2 * Math.PI) ** 3 * det);
  return (given, at) => {
    const x = given[at + 2] - mean[0];
    const y = given[at + 3] - mean[1];
    const z = given[at + 4] - mean[2];
    const square =
      inverse[0] * x * x +
      2 * inverse[1] * x * y +
      2 * inverse[2] * x * z +
      inverse[3] * y * y +
      2 * inverse[4] * y * z +
      inverse[5] * z * z;
    // Heavier tails than normal: an odd shape is no proof by itself.
    return scale * Math.exp(-Math.min(square, 9) / 2);
  };
}
