// A search by mass, coarse to fine: every direction and turn for mixtures of a few components, the best of them for many.
import { reduceMixture } from "../gaussian/reduction.ts";
import type { Mixture } from "../measure/mixture.ts";
import { drain } from "../run/solver.ts";
import type { Camera } from "./camera.ts";
import { alignMasses, type MassPose } from "./masses.ts";
import { type NormalisedProblem, normaliseProblem } from "./normalise.ts";
import { allowedDirections, allows, type MatchPrior } from "./prior.ts";
import { pictureTurned, rotationAlong } from "./rotation.ts";
import { ellipsesMixture, ellipsoidsMixture, readEllipses, readEllipsoids } from "./sides.ts";
import { baseCamera } from "./votes.ts";

/** Components of the coarse and of the fine problem, directions and turns to start from, steps there, poses to refine. */
const coarse = 60;
const fine = 500;
const directionCount = 120;
const turns = 8;
const coarseSteps = 1;
const refined = 8;
/** Components of either side below which nothing is to be learnt. */
const fewest = 16;
/** Starts whose pictures differ by less are one. */
const apart = 0.2;
/** A pose is beyond doubt where the next one costs so many times as much, and where it costs less than so many times the mean variance of the ellipses. */
const decisive = { ratio: 1.5, blur: 3.5 };

/** A descent may yet fall below poses that cost so many times less; it rests where going on lowers it by less than this share. */
const contender = 3;
const still = 1e-3;
/** Descents that are taken further, at most. */
const furtherRounds = 24;

/** A pose, and whether its descent has come to rest. */
interface RestingPose extends MassPose {
  readonly rests: boolean;
}

/** The best pose by mass. */
export interface MassFound extends RestingPose {
  /** Whether it is beyond doubt. */
  readonly sure: boolean;
  /** How far it is beyond doubt: 1 at the limit, more is surer. */
  readonly margin: number;
}

/** Searches; cameras are those of the problem. `distance` tells how different two cameras' pictures are. */
export function* massSearch(
  problem: NormalisedProblem,
  weights: { readonly scene: Float64Array; readonly view: Float64Array },
  prior: MatchPrior,
  distance: (p: Camera, q: Camera) => number,
): Generator<void, MassFound | null, void> {
  // Few components fit anything.
  if (Math.min(problem.scene.count, problem.view.count) < fewest) return null;
  const scene = ellipsoidsMixture(problem.scene, weights.scene);
  const view = ellipsesMixture(problem.view, weights.view);
  const small = yield* level(problem, scene, view, coarse);
  const starts: MassPose[] = [];
  const directions = allowedDirections(prior, directionCount, problem.turned);
  for (let k = 0; k < directions.length; k += 3) {
    const along = rotationAlong(directions.subarray(k, k + 3));
    for (let turn = 0; turn < turns; turn++) {
      const start = baseCamera(problem, pictureTurned(along, (2 * Math.PI * turn) / turns), 1);
      if (!allows(prior, problem.outward(start), 360 / turns / 2)) continue;
      const pose = yield* alignMasses(small.problem, small.masses, small.inward(start), coarseSteps);
      starts.push({ ...pose, camera: small.outward(pose.camera) });
    }
  }
  starts.sort((p, q) => p.cost - q.cost);
  const chosen: MassPose[] = [];
  for (const start of starts) {
    if (chosen.length >= refined) break;
    if (chosen.every(({ camera }) => distance(camera, start.camera) > apart)) chosen.push(start);
  }
  const large = yield* level(problem, scene, view, fine);
  const poses: RestingPose[] = [];
  for (const { camera } of chosen) {
    const pose = yield* alignMasses(large.problem, large.masses, large.inward(camera));
    poses.push({ ...pose, camera: large.outward(pose.camera), rests: false });
  }
  const allowed = ({ camera }: MassPose): boolean => allows(prior, problem.outward(camera), 2);
  const unlike = (p: MassPose, q: MassPose): boolean => distance(p.camera, q.camera) > apart / 2;
  poses.sort((p, q) => p.cost - q.cost);
  // Descents go on while they may change the answer: poses are compared where they rest.
  for (let round = 0; round < furtherRounds; round++) {
    const first = poses.find(allowed);
    if (first === undefined) return null;
    const open = poses.findIndex(
      (pose) => !pose.rests && (pose === first || (pose.cost < contender * first.cost && unlike(pose, first))),
    );
    if (open < 0) break;
    const before = poses[open];
    const pose = yield* alignMasses(large.problem, large.masses, large.inward(before.camera));
    const fell = pose.cost < before.cost * (1 - still);
    poses[open] = fell ? { ...pose, camera: large.outward(pose.camera), rests: false } : { ...before, rests: true };
    poses.sort((p, q) => p.cost - q.cost);
  }
  const best = poses.find(allowed);
  if (best === undefined) return null;
  const next = poses.find((pose) => unlike(pose, best));
  const ratio = next === undefined ? 2 * decisive.ratio : next.cost / best.cost;
  const blur = meanTrace(large.problem, large.masses.view) * decisive.blur;
  const margin = Math.min(ratio / decisive.ratio, best.cost > 0 ? blur / best.cost : Infinity);
  return { ...best, sure: margin >= 1 && best.rests, margin };
}

/** The problem between sides of `count` components at most, and cameras carried to it and back. */
function* level(
  problem: NormalisedProblem,
  scene: Mixture,
  view: Mixture,
  count: number,
): Generator<
  void,
  {
    problem: NormalisedProblem;
    masses: { scene: Float64Array; view: Float64Array };
    inward(camera: Camera): Camera;
    outward(camera: Camera): Camera;
  },
  void
> {
  const reduced = [scene, view].map((side) =>
    side.means.rows <= count ? side : drain(reduceMixture.steps(side, { components: count })).mixture,
  );
  yield;
  const above = readEllipsoids(reduced[0], "ellipsoids");
  const below = readEllipses(reduced[1], "ellipses");
  const intrinsics = problem.focal > 0 ? { fx: problem.focal, fy: problem.focal, cx: 0, cy: 0 } : null;
  const inner = normaliseProblem(above, below, problem.model, intrinsics, true);
  return {
    problem: inner,
    masses: { scene: above.weights, view: below.weights },
    inward: (camera) => inner.inward(camera),
    outward: (camera) => inner.outward(camera),
  };
}

/** The mean variance of the view's ellipses: what a reduction has blurred. */
function meanTrace({ view }: NormalisedProblem, weights: Float64Array): number {
  let total = 0;
  let mass = 0;
  for (let j = 0; j < view.count; j++) {
    total += weights[j] * (view.covariances[3 * j] + view.covariances[3 * j + 2]);
    mass += weights[j];
  }
  return mass > 0 ? total / mass : 0;
}
