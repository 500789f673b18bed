// Hypotheses by fused Gromov-Wasserstein transport, conditioned on the direction of view: pictures of the scene against the given one.
//
// Along one direction the rest of the camera is a similarity of the picture, or an affine map once both pictures are whitened; distances within a
// picture do not know of its turns and mirrors. So (1 - alpha) <M, P> + alpha sum (|x_i - x_k|^2 - |y_j - y_l|^2)^2 P_ij P_kl, M between the sizes
// and elongations of ellipses, couples them without that unknown (Vayer et al. 2019; Chapel, Alaya, Gasso 2020), and Procrustes on the coupling
// gives it. A picture from behind is the mirror image: half of the sphere is enough.
import { fusedGromovWasserstein } from "../gromov/gromovWasserstein.ts";
import { partialFusedGromovWasserstein } from "../gromov/partialGromov.ts";
import type { Plan } from "../plan/plan.ts";
import { centred, lifted, spreads, startsAlong } from "./linearStarts.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { compared, openPictures, type Picture, type ShapeFeature } from "./pictures.ts";
import { fitLinear, type LinearCamera } from "./procrustes.ts";
import type { Stage } from "./stage.ts";
import type { Hypothesis } from "./votes.ts";

/** How pictures are compared. */
export interface GromovRoute {
  /** The weight of the distances, against sizes and elongations; 1: plain Gromov-Wasserstein, 0: shapes alone. */
  readonly alpha: number;
  readonly feature: ShapeFeature;
  /** Difference of features that counts as much as one of squared distances of 1, in radii of the picture. */
  readonly shape: number;
  /** Gaussians a side that take part: the largest. */
  readonly most: number;
  /** The mass that the partial problem matches, as a share of the lighter side. */
  readonly mass: number;
  /** Directions that are gone into by the partial problem, and steps of conditional gradients in either. */
  readonly kept: number;
  readonly steps: readonly [balanced: number, partial: number];
}

/** What was found to work. */
export const gromovRoute: GromovRoute = {
  alpha: 0.5,
  feature: "logarithms",
  shape: 0.5,
  most: 150,
  mass: 0.7,
  kept: 16,
  steps: [12, 8],
};

/** One hypothesis a direction, those of the partial problem first, each in the order of the fused Gromov-Wasserstein value. */
export function* gromovHypotheses(
  stage: Stage,
  problem: NormalisedProblem,
  directions: Float64Array,
  route: GromovRoute = gromovRoute,
): Generator<void, Hypothesis[], void> {
  const linear = centred(problem);
  const second = spreads(linear);
  const pictures = openPictures(stage, linear, second, route.most, route.feature);
  const { given } = pictures;
  const { alpha } = route;
  const screened: { camera: LinearCamera; value: number }[] = [];
  for (const direction of halfSphere(directions)) {
    const [start] = startsAlong(linear, second, direction, 1);
    const seen = pictures.of(start);
    const { M, Cx, Cy } = compared(seen, given, route.shape);
    const options = { alpha, starts: ["product"] as const, maxIterations: route.steps[0] };
    const { plan, value } = fusedGromovWasserstein(M, Cx, Cy, null, null, options);
    screened.push({ camera: after(start, seen, plan), value });
    yield;
  }
  screened.sort((p, q) => p.value - q.value);
  const found: { camera: LinearCamera; value: number }[] = [];
  for (const { camera: before } of screened.slice(0, route.kept)) {
    const seen = pictures.of(before);
    const { M, Cx, Cy } = compared(seen, given, route.shape);
    const [n, m] = [seen.index.length, given.index.length];
    const each = 1 / Math.min(n, m);
    const [a, b] = [new Float64Array(n).fill(each), new Float64Array(m).fill(each)];
    const options = { alpha, mass: route.mass, maxIterations: route.steps[1] };
    const { plan, value } = partialFusedGromovWasserstein(M, Cx, Cy, a, b, options);
    found.push({ camera: after(before, seen, plan), value });
    yield;
  }
  found.sort((p, q) => p.value - q.value);
  return [...found, ...screened.slice(route.kept)].map(({ camera, value }) => ({
    camera: lifted(problem, camera),
    votes: 1 / (1 + value),
    direction: -1,
    cost: value,
  }));

  /** The camera of a coupling. */
  function after(before: LinearCamera, seen: Picture, plan: Plan): LinearCamera {
    const { camera, pairs } = pictures.turned(before, seen, plan);
    return fitLinear(pairs, camera, { scale: false, ridge: 0.3 });
  }
}

/** Directions without those whose opposite is there already, about. */
function* halfSphere(directions: Float64Array): Generator<Float64Array, void, void> {
  const count = directions.length / 3;
  const kept: Float64Array[] = [];
  // Half of the spacing of as many directions on the whole sphere.
  const near = Math.cos(0.75 * Math.sqrt((4 * Math.PI) / count));
  for (let k = 0; k < count; k++) {
    const v = directions.subarray(3 * k, 3 * k + 3);
    if (kept.some((w) => v[0] * w[0] + v[1] * w[1] + v[2] * w[2] < -near)) continue;
    kept.push(v);
    yield v;
  }
}
