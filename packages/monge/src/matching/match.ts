// Matching 3-D Gaussians to the 2-D Gaussians of one view: who is whom, and from where the view was taken.
//
// Poses are found by votes (votes.ts), refined by annealed partial transport (refine.ts), compared by their evidence (evidence.ts), explained by
// exact partial assignment (links.ts). See docs/algorithms/matching.md.
import { isOtError, OtError } from "../errors/otError.ts";
import { matching } from "../kernels/matching.ts";
import { backend } from "../kernels/module.ts";
import { giveBack, lease, type Workspace } from "../kernels/workspace.ts";
import type { SparseMatrix } from "../linalg/sparse.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import type { Report, Warning } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import type { Camera } from "./camera.ts";
import { certifyMatch, type MatchCertify } from "./certificate.ts";
import { type Explanation, explain, type MatchGroup, type UnmatchedReason } from "./explain.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { seenWidths } from "./refine.ts";
import { atLeast, decisive, type Found, isThin, leastInflation, type Pose, search } from "./search.ts";
import { type Device, openStage, type Stage, type Widths } from "./stage.ts";
import { type MatchOptions, type MatchTask, readTask } from "./task.ts";
import { baseCamera } from "./votes.ts";
import { openDevice, waitFor } from "./votesWebgpu.ts";

/** How a match ended. */
export type MatchStatus =
  /** One pose, beyond doubt as far as the evidence tells. */
  | "converged"
  /** Several poses explain the view equally well: see `alternatives`. */
  | "ambiguous"
  /** The best pose is hardly better than wrong ones: it may be anything. */
  | "low-confidence"
  | "maxIterations"
  | "timeLimit"
  | "stopped";

/** Another pose that explains the view nearly as well. */
export interface MatchAlternative {
  readonly camera: Camera;
  /** As {@link MatchResult.score}. */
  readonly score: number;
}

/** Who is whom, and the camera. */
export interface MatchResult {
  readonly status: MatchStatus;
  /** The camera, in the caller's units; also where confidence is low. */
  readonly camera: Camera;
  /** [ellipsoid, ellipse], ascending; several ellipsoids may share a merged ellipse, several ellipses a split ellipsoid. */
  readonly matches: readonly (readonly [number, number])[];
  /** n x m: how likely each pair is the right one, given the camera; rows and columns sum to 1 at most. */
  readonly probabilities: SparseMatrix;
  readonly groups: readonly MatchGroup[];
  readonly unmatched: {
    readonly ellipsoids: readonly { readonly index: number; readonly reason: UnmatchedReason }[];
    readonly ellipses: readonly number[];
  };
  /**
   * Evidence for the pose in nats: the log likelihood ratio of the best links against strangers, at even odds, so that poses can be compared. The links
   * returned are chosen by the odds that the view shows, and `certify()` counts those.
   */
  readonly score: number;
  /** What wrong poses reach on this input. */
  readonly chance: number;
  /** In (0, 1): 1/2 where the score is at the limit below which the status is `"low-confidence"`; (score / limit)^4 to one. */
  readonly confidence: number;
  /** Other poses with at least 85 % of the score. */
  readonly alternatives: readonly MatchAlternative[];
  /** Noise that was seen in the linked pairs: of the means, in the unit of the view, and of the logarithms of the covariances. */
  readonly noise: { readonly position: number; readonly shape: number };
  /** Standard deviations that the ellipses seem to be drawn at; 1 where their sizes are those of the projections. */
  readonly drawn: number;
  readonly report: Report;
  /** The hypothesis that became the camera; null where none did: the camera was known, or given as a prior, or is a mirror image. */
  readonly hypothesis: MatchHypothesis | null;
  readonly certify: MatchCertify;
}

/** A hypothesis, as it was before refinement. */
export interface MatchHypothesis {
  readonly camera: Camera;
  /** Its place, from 0, among the `of` hypotheses of its route: by votes, or by the transport alone. */
  readonly rank: number;
  readonly of: number;
  /** What the transport behind it cost, in the route's own unit; null: it came from votes. */
  readonly cost: number | null;
}

/**
 * Matches ellipsoids (3-D Gaussians, n) to ellipses (2-D Gaussians of one view, m), some of either without a partner, and finds the camera.
 *
 * `camera` is a camera that is known, or `"affine"` (y = A X + t), `"scaled-orthographic"` (y = scale (R X)_12 + t) or `"perspective"` (with `intrinsics`;
 * an uncertain focal length is said by `prior.focalSpread`). Covariances go through the derivative of the camera. Everything is measured in the picture:
 * units do not matter, and neither do weights but in groups.
 *
 * The answer is a local optimum among many: `score` says how much likelier the view is under it than by chance, `alternatives` which others there are, and
 * the status whether that is enough. A view that has nothing to do with the scene ends as `"low-confidence"`, with the best pose all the same.
 *
 * Throws `InvalidShape`, `InvalidValue`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface MatchGaussians {
  (ellipsoids: Mixture, ellipses: Mixture, options: MatchOptions): MatchResult;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async(ellipsoids: Mixture, ellipses: Mixture, options: MatchOptions & AsyncOptions): Promise<MatchResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the best pose so far. */
  steps(ellipsoids: Mixture, ellipses: Mixture, options: MatchOptions): Run<MatchResult>;
}

/** Who is whom in a view of 3-D Gaussians, and the camera; see {@link MatchGaussians}. */
export const matchGaussians: MatchGaussians = /*#__PURE__*/ defineSolver<[Mixture, Mixture], MatchOptions, MatchResult>(
  2,
  (control, [ellipsoids, ellipses], options) => run(control, readTask(ellipsoids, ellipses, options)),
  "matchGaussians",
) as MatchGaussians;

/** Evidence over chance that is asked for where it is thin. */
const thinRatio = 5;
/** Poses with this share of the best evidence are as good. */
export const equal = 0.85;

const unknownWidths: Widths = atLeast({ position: Number.NaN, shape: Number.NaN });

/** Plain data, which may come from another thread. */
export interface Solved {
  readonly status: MatchStatus;
  readonly pose: Pose;
  readonly alternatives: readonly Pose[];
  readonly chance: number;
  /** Of a pose by mass: how far it is beyond doubt, 1 at the limit. */
  readonly byMass: number | null;
  readonly explanation: Explanation;
  readonly tried: number;
  readonly level: string;
}

function* run(control: RunControl<MatchResult>, task: MatchTask): Generator<Progress, MatchResult, void> {
  const solved = yield* control.elsewhere(() => solveHere(control, task));
  return finish(task, solved, control.elapsedMs());
}

function* solveHere(control: RunControl<MatchResult>, task: MatchTask): Generator<Progress, Solved, void> {
  if (!onDevice(task)) return yield* searchHere(control, task, null);
  const device = yield* openDevice(task.problem, task.stage, control.elapsedMs);
  try {
    return yield* searchHere(control, task, device);
  } finally {
    device.kernels.close();
  }
}

/** Whether votes are counted on a WebGPU device: with a known camera, and on other routes, there are none. */
function onDevice({ backend: wanted, known, route }: MatchTask): boolean {
  return wanted === "webgpu" && known === null && route === "bures";
}

function* searchHere(
  control: RunControl<MatchResult>,
  task: MatchTask,
  device: Device | null,
): Generator<Progress, Solved, void> {
  const workspace = lease(matching);
  let intact = true;
  try {
    return yield* searchIn(workspace, control, task, device);
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
}

function* searchIn(
  workspace: Workspace,
  control: RunControl<MatchResult>,
  task: MatchTask,
  device: Device | null,
): Generator<Progress, Solved, void> {
  const { problem, known, prior, soft } = task;
  const stage = openStage(workspace, problem, task.stage, device);
  const explainPose = (pose: Pose): Generator<Progress, Explanation, void> =>
    explain(stage, problem, task.weights, pose.camera, pose.widths, task.join);
  if (known !== null) {
    const pose = atKnown(stage, problem.inward(known));
    const explanation = yield* explainPose(pose);
    return {
      status: "converged",
      pose: { ...pose, evidence: explanation.evidence },
      alternatives: [],
      chance: 0,
      byMass: null,
      explanation,
      tried: 0,
      level: "camera given",
    };
  }
  let found: Found = { poses: [], chance: 0, tried: 0, level: "none", mass: null };
  const start = { route: task.route, seed: task.seed, cameras: givenCameras(task) };
  const steps = search(stage, problem, task.weights, prior, soft, start, (now) => {
    found = now;
  });
  let interrupted: MatchStatus | null = null;
  for (;;) {
    const step = steps.next();
    if (step.done) {
      found = step.value;
      break;
    }
    const until = device?.waiting ?? null;
    if (until !== null) yield* waitFor(until, found.level, control.elapsedMs);
    yield {
      phase: found.level,
      iteration: found.tried,
      error: found.poses.length > 0 ? 1 / (1 + found.poses[0].evidence) : 1,
      elapsedMs: control.elapsedMs(),
    };
    const status = control.interrupted();
    if (status !== null && found.poses.length > 0) {
      interrupted = status as MatchStatus;
      break;
    }
  }
  const limit = confidenceLimit(found.chance);
  const first = found.poses[0] ?? nowhere(problem);
  // Where few ellipses have a partner, a pose by mass is the answer if it is beyond doubt, and the better guess where links decide nothing.
  const nothing = first.evidence < 1.5 * Math.max(found.chance, 1);
  const fits = found.mass !== null && found.mass.margin > 0.4 && first.evidence < limit;
  const byMass = found.mass !== null && isThin(first, stage.m) && (found.mass.sure || nothing || fits);
  const pose = byMass && found.mass !== null ? atKnown(stage, found.mass.camera) : first;
  const alternatives = byMass ? [] : found.poses.slice(1).filter(({ evidence }) => evidence >= equal * pose.evidence);
  stage.setInflation(pose.inflation);
  const explanation = yield* explainPose(pose);
  // Where few ellipses have a partner, agreement in part is not enough.
  const wanted = isThin(pose, stage.m) ? Math.max(limit, thinRatio * found.chance) : limit;
  const sure = byMass ? found.mass?.sure === true : pose.evidence >= wanted;
  return {
    status: interrupted ?? (sure ? (alternatives.length > 0 ? "ambiguous" : "converged") : "low-confidence"),
    pose: { ...pose, evidence: explanation.evidence },
    alternatives,
    chance: found.chance,
    byMass: byMass ? (found.mass?.margin ?? 0) : null,
    explanation,
    tried: found.tried,
    level: found.level,
  };
}

/** The evidence below which a pose is not to be trusted. */
export function confidenceLimit(chance: number): number {
  return Math.max(decisive.nats, decisive.ratio * chance);
}

/** The noise at a camera that is known, and the standard deviations that the ellipses are drawn at. */
export function atKnown(stage: Stage, camera: Camera): Pose {
  const { size } = seenWidths(stage, camera, stage.all, { position: 0.02, shape: 1 });
  if (Math.abs(size) > leastInflation) stage.setInflation(size);
  let widths: Widths = { position: 0.02, shape: 0.2 };
  for (let round = 0; round < 4; round++) {
    const seen = seenWidths(stage, camera, stage.all, widths);
    widths = atLeast(seen);
    if (stage.inflation() !== 0 && Number.isFinite(seen.size)) stage.setInflation(stage.inflation() + seen.size);
  }
  return { camera, widths, evidence: 0, inflation: stage.inflation(), origin: null };
}

/** The camera of `prior.near`, normalised, to start from. */
export function givenCameras({ prior, problem }: MatchTask): Camera[] {
  return prior.near === undefined ? [] : [problem.inward(converted(prior.near.camera, problem))];
}

function converted(camera: Camera, { model }: NormalisedProblem): Camera {
  if (camera.projection === model) return camera;
  throw new OtError("InvalidValue", `prior.near.camera is ${camera.projection}, the camera to find ${model}.`, {
    argument: "options.prior.near.camera",
    seen: camera.projection,
    cure: `Pass a camera with projection "${model}".`,
  });
}

/** The pose of a view of which nothing was found. */
export function nowhere(problem: NormalisedProblem): Pose {
  return {
    camera: baseCamera(problem, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 1),
    widths: unknownWidths,
    evidence: 0,
    inflation: 0,
    origin: null,
  };
}

/** The result of a view, in the caller's units. */
export function finish(task: MatchTask, solved: Solved, elapsedMs: number): MatchResult {
  const { problem } = task;
  const { pose, alternatives, chance, explanation, status } = solved;
  const odds = (solved.byMass ?? pose.evidence / confidenceLimit(chance)) ** 4;
  const camera = task.known ?? problem.outward(pose.camera);
  return {
    status,
    camera,
    matches: explanation.matches,
    probabilities: explanation.probabilities,
    groups: explanation.groups,
    unmatched: explanation.unmatched,
    score: pose.evidence,
    chance,
    confidence: task.known !== null ? 1 : odds / (1 + odds),
    alternatives: alternatives.map(({ camera: other, evidence }) => ({
      camera: problem.outward(other),
      score: evidence,
    })),
    drawn: Math.exp(pose.inflation / 2),
    noise: { position: pose.widths.position / problem.pixel, shape: pose.widths.shape },
    report: {
      status: status === "ambiguous" || status === "low-confidence" ? "converged" : status,
      method: task.route,
      why: whyOf(task, solved),
      backend: onDevice(task) ? `webgpu + ${backend(matching)}` : backend(matching),
      iterations: solved.tried,
      error: 0,
      tolerance: 0,
      massAdjustment: 1,
      elapsedMs,
      warnings: warningsOf(solved),
    },
    hypothesis:
      pose.origin === null
        ? null
        : {
            camera: problem.outward(pose.origin.hypothesis.camera),
            rank: pose.origin.rank,
            of: pose.origin.of,
            cost: pose.origin.hypothesis.cost ?? null,
          },
    certify: certifyMatch(task, pose, explanation.odds),
  };
}

function whyOf({ known }: MatchTask, { level, tried, pose }: Solved): string {
  if (known !== null) return "the camera is known: only links are to be found";
  const { origin } = pose;
  const from = origin === null ? "" : `, the best from hypothesis ${origin.rank + 1} of ${origin.of}`;
  return `decided at the level "${level}", ${tried} poses refined${from}`;
}

function warningsOf({ pose, status, alternatives, byMass }: Solved): Warning[] {
  const warnings: Warning[] = [];
  if (pose.inflation !== 0 && status !== "low-confidence") {
    warnings.push({
      code: "contour",
      message: `The ellipses seem to be drawn at ${Math.exp(pose.inflation / 2).toPrecision(3)} standard deviations; they were taken so.`,
    });
  }
  if (byMass !== null && status === "converged") {
    warnings.push({
      code: "mass",
      message:
        "Hardly any ellipse has an ellipsoid of its own: the pose comes from moving the whole mass, the links are soft.",
    });
  }
  if (status === "ambiguous") {
    warnings.push({ code: "ambiguous", message: `${alternatives.length + 1} poses explain the view equally well.` });
  }
  if (status === "low-confidence") {
    warnings.push({
      code: "low-confidence",
      message: "The best pose is hardly better than wrong ones: the view may show something else.",
    });
  }
  return warnings;
}
