// The poses that a view may have been taken from, best first: hypotheses by votes, refined, until the evidence for one is decisive.
import type { Camera } from "./camera.ts";
import { candidates } from "./evidence.ts";
import { featureCount } from "./features.ts";
import { hypothesise, levelsOf } from "./levels.ts";
import { mirrored, near, pictureDistance } from "./likeness.ts";
import { bestLinks, type Links } from "./links.ts";
import { type MassFound, massSearch } from "./massSearch.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { addPrior, allowedDirections, allows, excludedDirections, type MatchPrior, type SoftPrior } from "./prior.ts";
import { refine, seenWidths } from "./refine.ts";
import { directions, rotationAlong } from "./rotation.ts";
import type { Stage, Targets, Widths } from "./stage.ts";
import type { MatchRoute } from "./task.ts";
import { baseCamera, type Hypothesis, meanSize, openVotes } from "./votes.ts";
import { openDeviceVotes } from "./votesWebgpu.ts";

/** A pose, refined as far as it goes. */
export interface Pose {
  readonly camera: Camera;
  readonly widths: Widths;
  /** Evidence in nats: the sum of the gains of the best links. */
  readonly evidence: number;
  /** 2 log of the standard deviations that the ellipses seem to be drawn at; 0 where sizes are taken as they are. */
  readonly inflation: number;
  /** The hypothesis that led to it; null: none did, or a mirror image. */
  readonly origin: Origin | null;
}

/** A hypothesis that led to a pose. */
export interface Origin {
  readonly hypothesis: Hypothesis;
  /** Its place among all of its level, from 0. */
  readonly rank: number;
  readonly of: number;
}

/** What a search found. */
export interface Found {
  /** Distinct poses, best first. */
  readonly poses: readonly Pose[];
  /** Evidence that wrong poses come to on this very problem. */
  readonly chance: number;
  /** Hypotheses that were refined. */
  readonly tried: number;
  /** Which level of the cascade was the last. */
  readonly level: string;
  /** The best pose by mass, where that was looked for; the last level's answer where it is beyond doubt. */
  readonly mass: MassFound | null;
}

/** Widths between which a refinement goes, first for some of the targets, then for all. */
export const wide: Widths = { position: 0.12, shape: 0.5 };
export const close: Widths = { position: 0.02, shape: 0.2 };
/** The least noise that is believed. */
const finest: Widths = { position: 2e-4, shape: 0.01 };
/** Evidence that decides: so many times that of wrong poses, and so many nats; in the end, and before all levels were gone through. */
export const decisive = { ratio: 2.5, nats: 60 };
const early = { ratio: 4, nats: 120 };
/** Wrong poses whose evidence is looked at. */
const decoys = 5;
/** Directions beyond a prior from which they start. */
const outsiders = 24;
/** However little a prior leaves, at least so many are refined. */
const fewest = 3;
/** Poses are one and the same within these: root mean square of the difference in the picture, and of the angle, degrees. */
export const same = { picture: 0.05, degrees: 4 };
/** Hypotheses so near to a refined pose lead to it again. */
const alike = { picture: 0.2, degrees: 22 };

/** How to search: `cameras` are tried first. */
export interface SearchStart {
  readonly route: MatchRoute;
  readonly seed: number;
  readonly cameras: readonly Camera[];
  /** Levels that are gone into, the first ones; default: all. */
  readonly depth?: number;
}

/** Searches one view. */
export function* search(
  stage: Stage,
  problem: NormalisedProblem,
  weights: { readonly scene: Float64Array; readonly view: Float64Array },
  prior: MatchPrior,
  soft: SoftPrior,
  { route, seed, cameras, depth }: SearchStart,
  tell: (found: Found) => void,
): Generator<void, Found, void> {
  const poses: Pose[] = [];
  let tried = 0;
  let chance = 0;
  let name = "given";
  let mass: MassFound | null = null;
  let heard = false;
  const isEarly = (): boolean => poses.length > 0 && poses[0].evidence >= Math.max(early.nats, early.ratio * chance);
  const now = (): Found => ({ poses: [...poses], chance, tried, level: name, mass });
  const byMass = (): Generator<void, MassFound | null, void> =>
    massSearch(problem, weights, prior, (p, q) => pictureDistance(stage, p, q));
  const freeFocal = soft.focal !== undefined;
  const priorOf = (camera: Camera, H: Float64Array, g: Float64Array): void => addPrior(soft, camera, H, g);
  const vote = stage.device === null ? openVotes(stage, problem) : openDeviceVotes(stage, stage.device, problem);
  /** Refines, and keeps the pose where it is a new one. */
  function* take(
    start: Camera,
    some: Targets,
    from: Widths,
    origin: Origin | null = null,
  ): Generator<void, Pose, void> {
    tried++;
    const inflation = stage.inflation();
    let camera = start;
    if (from !== close) {
      const rough = yield* refine(stage, camera, {
        targets: some,
        from,
        to: close,
        fall: 0.6,
        steps: 2,
        freeFocal,
        prior: priorOf,
      });
      camera = rough.camera;
    }
    const to = { position: 0.01, shape: 0.12 };
    const whole = yield* refine(stage, camera, {
      targets: stage.all,
      from: close,
      to,
      fall: 0.7,
      steps: 2,
      freeFocal,
      prior: priorOf,
    });
    const settled = yield* settle(stage, whole.camera, to, freeFocal, priorOf);
    stage.setInflation(inflation);
    const pose = { ...settled, origin };
    if (!allows(prior, problem.outward(pose.camera), 2)) return pose;
    const twin = poses.findIndex((other) => near(stage, other.camera, pose.camera, same));
    if (twin < 0) poses.push(pose);
    else if (pose.evidence > poses[twin].evidence) poses[twin] = { ...pose, origin: poses[twin].origin ?? origin };
    poses.sort((p, q) => q.evidence - p.evidence);
    tell(now());
    return pose;
  }
  for (const camera of cameras) yield* take(camera, stage.all, wide);
  const levels = levelsOf(route).slice(0, depth);
  for (const level of levels) {
    name = level.name;
    if (level.from === "mass") {
      mass = yield* byMass();
      heard = true;
      if (mass?.sure || isEarly()) return now();
      continue;
    }
    const some = stage.some(voters(stage, level.voters));
    const allowed = allowedDirections(prior, level.directions, problem.turned);
    stage.setInflation(level.scale === "sizes" ? 0 : typicalInflation(stage, problem));
    const hypotheses = yield* hypothesise(level, stage, problem, allowed, some, vote, seed);
    const spacing = 360 / Math.sqrt(level.directions);
    const eligible = hypotheses.filter(({ camera }) => allows(prior, problem.outward(camera), spacing));
    // A prior that leaves few poses leaves few to refine.
    const share = ((allowed.length / 3 / level.directions) * eligible.length) / Math.max(hypotheses.length, 1);
    yield* refineBest(eligible, Math.max(fewest, Math.round(share * level.refined)), some);
    if (poses.length > 0) {
      for (const mirror of mirrored(problem, poses[0].camera)) {
        if (allows(prior, problem.outward(mirror), alike.degrees)) yield* take(mirror, some, close);
      }
      // What being wrong comes to is seen where the prior excludes the truth: within it, wrong starts come to rest at the right pose.
      const outside = excludedDirections(prior, level.directions, problem.turned, outsiders);
      const wrong =
        outside.length > 0 ? yield* hypothesise(level, stage, problem, outside, some, vote, seed) : eligible;
      chance = Math.max(chance, yield* chanceLevel(wrong, some, decoys));
      // Links that hardly anybody shares may agree in part: then masses are heard first, and whatever comes before them.
      if (isEarly() && (heard || !isThin(poses[0], stage.m))) return now();
    }
  }
  return now();

  /** Refines the first hypotheses that are unlike each other and unlike what they led to. */
  function* refineBest(hypotheses: readonly Hypothesis[], count: number, some: Targets): Generator<void, void, void> {
    const begun: Camera[] = [];
    for (const [rank, hypothesis] of hypotheses.entries()) {
      const { camera, votes } = hypothesis;
      if (begun.length >= count) return;
      // Far behind the best, and something is found already.
      if (begun.length > 3 && poses.length > 0 && votes < 0.3 * hypotheses[0].votes) return;
      const known = (other: Camera): boolean => near(stage, other, camera, alike);
      if (begun.some(known) || poses.slice(0, 3).some(({ camera: other }) => known(other))) continue;
      begun.push(camera);
      yield* take(camera, some, wide, { hypothesis, rank, of: hypotheses.length });
    }
  }
  /** The median evidence of poses that hypotheses from all over the list lead to: what being wrong, and refined, comes to on this input. */
  function* chanceLevel(
    hypotheses: readonly Hypothesis[],
    some: Targets,
    count: number,
  ): Generator<void, number, void> {
    const reached: number[] = [];
    const beside: number[] = [];
    for (let k = 0; k < Math.min(count, hypotheses.length); k++) {
      // From the middle of the list on, by equal steps.
      const { camera } = hypotheses[Math.floor(((k + count) * (hypotheses.length - 1)) / (2 * count))];
      if (near(stage, poses[0].camera, camera, alike)) continue;
      const pose = yield* take(camera, some, wide);
      // What comes to rest beside the best pose is no wrong one.
      (near(stage, poses[0].camera, pose.camera, alike) ? beside : reached).push(pose.evidence);
    }
    if (reached.length === 0) reached.push(...beside);
    reached.sort((p, q) => p - q);
    return reached[reached.length >> 1] ?? 0;
  }
}

/** Nats an ellipse below which links may be those of a reduction: some agree without being right. */
const thin = 1.7;

export function isThin({ evidence }: Pose, m: number): boolean {
  return evidence < thin * m;
}

/** Sizes that differ by less from what the positions say are taken as they are: they have noise, too. */
export const leastInflation = 0.3;

/** How much larger the ellipses are than the scale of the positions says, as a difference of log covariances; 0 for little. */
function typicalInflation(stage: Stage, problem: NormalisedProblem): number {
  stage.setInflation(0);
  if (problem.model === "affine") return 0;
  const given = meanSize(stage.all.values);
  const views = directions(20);
  let sum = 0;
  for (let k = 0; k < views.length; k += 3) {
    sum += given - meanSize(stage.project(baseCamera(problem, rotationAlong(views.subarray(k, k + 3)), 1)));
  }
  const mean = (3 * sum) / views.length;
  return Math.abs(mean) > leastInflation ? mean : 0;
}

/** The last refinement, at the noise that is seen, and the evidence. */
export function* settle(
  stage: Stage,
  start: Camera,
  from: Widths,
  freeFocal: boolean,
  prior?: (camera: Camera, H: Float64Array, g: Float64Array) => void,
): Generator<void, Pose, void> {
  let camera = start;
  let widths = from;
  for (let round = 0; round < 2; round++) {
    const seen = seenWidths(stage, camera, stage.all, widths);
    widths = atLeast(seen);
    if (stage.inflation() !== 0 && Number.isFinite(seen.size)) stage.setInflation(stage.inflation() + seen.size);
    const task = { targets: stage.all, from: widths, to: widths, fall: 0.7, steps: 2, freeFocal, prior };
    camera = (yield* refine(stage, camera, task)).camera;
  }
  const { gain } = yield* evidenceOf(stage, camera, widths);
  return { camera, widths, evidence: gain, inflation: stage.inflation(), origin: null };
}

/** The best links at a pose. */
export function* evidenceOf(stage: Stage, camera: Camera, widths: Widths): Generator<void, Links, void> {
  const found = candidates(stage, camera, stage.all, widths);
  const solving = bestLinks(found);
  for (;;) {
    const step = solving.next();
    if (step.done) return step.value;
    yield;
  }
}

/** Noise that was seen, but not less than is believed. */
export function atLeast({ position, shape }: Widths): Widths {
  const known = Number.isFinite(position) && Number.isFinite(shape);
  return known
    ? { position: Math.max(position, finest.position), shape: Math.max(shape, finest.shape) }
    : { position: 0.01, shape: 0.12 };
}

/** Those targets that say most about how they are turned, spread over all: at most `count`. */
function voters({ all }: Stage, count: number): Int32Array {
  const long: number[] = [];
  for (let j = 0; j < all.count; j++) {
    if (Math.hypot(all.values[featureCount * j + 3], all.values[featureCount * j + 4]) > 0.15) long.push(j);
  }
  const from = long.length >= Math.min(count, all.count) / 3 ? long : [...all.index];
  const taken = Math.min(count, from.length);
  return Int32Array.from({ length: taken }, (_, k) => from[Math.floor((k * from.length) / taken)]);
}
