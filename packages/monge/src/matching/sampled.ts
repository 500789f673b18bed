// Hypotheses by a blind Wasserstein barycentre of samples: point clouds drawn from both sides, the projection between them unknown.
//
// min over A and P >= 0 of sum_ij P_ij (|y_j - A x_i - t|^2 / w^2 - pay) + entropy, P 1 <= 1, P^T 1 <= 1, A = s P with P P^T = I: a generalised
// Wasserstein barycentre (Delon, Gozlan, Saint-Dizier 2021) of one measure, whose projection is unknown too, by block descent: partial entropic
// transport at a falling width w, then Procrustes. Started everywhere, thinned out as the width falls, ranked by the transport alone.
import type { Camera } from "./camera.ts";
import { featureCount } from "./features.ts";
import { centred, lifted, spreads, startsAlong } from "./linearStarts.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { fitLinear, type LinearCamera } from "./procrustes.ts";
import { centres, sampled } from "./samples.ts";
import { openStage, type Stage } from "./stage.ts";
import type { Hypothesis } from "./votes.ts";

/** A round of the descent. */
interface Round {
  /** Starts that are left for it; those of the first are all. */
  readonly kept: number;
  readonly width: number;
  readonly steps: number;
  readonly freeScale: boolean;
}

/** Turns in the picture that are tried of each direction. */
const turns = 20;
/** Means a side in the first rounds; samples a side in the last ones, and at most as many of one Gaussian. */
const mostCentres = 320;
const mostSamples = 1200;
const mostEach = 4;
/** Rounds on the means, then on the samples. */
export const coarse: readonly Round[] = [
  { kept: Infinity, width: 0.16, steps: 2, freeScale: false },
  { kept: 800, width: 0.13, steps: 3, freeScale: false },
  { kept: 250, width: 0.09, steps: 4, freeScale: false },
  { kept: 80, width: 0.06, steps: 5, freeScale: true },
];
export const fine: readonly Round[] = [
  { kept: 24, width: 0.05, steps: 4, freeScale: true },
  { kept: 10, width: 0.035, steps: 5, freeScale: true },
];
/** d^2 beyond which a pair is none, and what a pair pays. */
const limit = 9;
const pay = 6;
const rest = Math.exp(-pay / 2);
const sweeps = 4;
const widest = 1e9;
const ridges = [0.3, 0.1, 0.03];
/** Poses within this, root mean square in the picture, are one. */
const same = 0.03;

/** A start on its way. */
interface Candidate {
  camera: LinearCamera;
  /** What the transport earns, in shares of what it would earn with all pairs exact. */
  worth: number;
}

/**
 * What is left of the starts, best first, then what was dropped on the way, the first for last. `votes` is what the transport earns as a share of
 * what exact pairs would, `cost` what is missing, in the unit of w^2 a sample.
 */
export function* sampledHypotheses(
  stage: Stage,
  problem: NormalisedProblem,
  directions: Float64Array,
  seed: number,
): Generator<void, Hypothesis[], void> {
  const { workspace } = stage;
  const linear: NormalisedProblem = centred(problem);
  const nothing = { blur: 0.01, dilation: 0, outline: 0, extra: null };
  let candidates: Candidate[] = [];
  const second = spreads(linear);
  for (let k = 0; k < directions.length; k += 3) {
    for (const camera of startsAlong(linear, second, directions.subarray(k, k + 3), turns)) {
      candidates.push({ camera, worth: 0 });
    }
  }
  const dropped: Candidate[][] = [];
  const each = Math.max(1, Math.min(mostEach, Math.floor(mostSamples / Math.max(stage.n, stage.m))));
  for (const [rounds, clouds] of [
    [coarse, centres(linear, mostCentres, seed)],
    [fine, sampled(linear, each, seed)],
  ] as const) {
    const cloud = openStage(workspace, clouds, nothing);
    for (const round of rounds) {
      dropped.unshift(candidates.slice(round.kept));
      candidates = candidates.slice(0, round.kept);
      for (const [at, candidate] of candidates.entries()) {
        descend(cloud, clouds.scene.means, candidate, round);
        if (at % 20 === 19) yield;
      }
      candidates.sort((p, q) => q.worth - p.worth);
      candidates = distinct(cloud, candidates, round.width < 0.1 ? same : 0);
    }
  }
  return [candidates, ...dropped].flat().map(({ camera, worth }) => ({
    camera: lifted(problem, camera),
    votes: worth,
    direction: -1,
    cost: pay * (1 - worth),
  }));
}

/** Block descent at one width, and what the transport is worth at its end. */
function descend(cloud: Stage, points: Float64Array, candidate: Candidate, round: Round): void {
  const widths = { position: round.width, shape: widest };
  for (let step = 0; step <= round.steps; step++) {
    cloud.project(candidate.camera);
    const near = cloud.near(cloud.all, widths, limit);
    const squares = near.values.slice();
    const { values } = cloud.balance(cloud.all, rest, sweeps);
    if (step === round.steps) {
      let worth = 0;
      for (let e = 0; e < squares.length; e++) worth += values[e] * (pay - squares[e]);
      candidate.worth = worth / (pay * Math.min(cloud.n, cloud.m));
      return;
    }
    const sums = cloud.gather(cloud.all);
    const ridge = ridges[Math.min(step, ridges.length - 1)];
    candidate.camera = fitLinear({ points, sums }, candidate.camera, { scale: round.freeScale, ridge });
  }
}

/** Without those that show the cloud as a better one does. */
function distinct(cloud: Stage, candidates: readonly Candidate[], within: number): Candidate[] {
  if (within === 0) return [...candidates];
  const kept: { candidate: Candidate; picture: Float64Array }[] = [];
  for (const candidate of candidates) {
    const picture = cloud.project(candidate.camera as Camera).slice();
    const twin = kept.some((other) => {
      let square = 0;
      for (let at = 0; at < picture.length; at += featureCount) {
        square += (picture[at] - other.picture[at]) ** 2 + (picture[at + 1] - other.picture[at + 1]) ** 2;
      }
      return square <= within ** 2 * cloud.n;
    });
    if (!twin) kept.push({ candidate, picture });
  }
  return kept.map(({ candidate }) => candidate);
}
