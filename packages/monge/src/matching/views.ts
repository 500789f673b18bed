// Matching one scene to several views: every pose for itself, or one for a rig of cameras whose motions are known; evidence pooled.
//
// A rig: hypotheses of every view are carried to the others (rig.ts), refined by stacked normal equations (jointPose.ts), compared by the sum of
// their evidence. Without one: what is certain in other views enters as prior odds of each ellipsoid to be seen (presence.ts).
import { matching } from "../kernels/matching.ts";
import { backend } from "../kernels/module.ts";
import { giveBack, lease } from "../kernels/workspace.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import type { Camera } from "./camera.ts";
import { type Explanation, explain } from "./explain.ts";
import type { JointPose } from "./jointPose.ts";
import { searchJoint } from "./jointSearch.ts";
import {
  atKnown,
  confidenceLimit,
  equal,
  finish,
  type MatchResult,
  type MatchStatus,
  nowhere,
  type Solved,
} from "./match.ts";
import { presenceIn, type Sighting } from "./presence.ts";
import { type Found, type Pose, search, settle } from "./search.ts";
import { openStage, type Stage } from "./stage.ts";
import type { MatchTask } from "./task.ts";
import { type MatchViewsOptions, readViews, type SceneView, type ViewsTask } from "./viewsTask.ts";

/** What all views say together. */
export interface MatchViewsResult {
  /** As {@link MatchResult.status}, of the worst view; of a rig: of its one pose. */
  readonly status: MatchStatus;
  /** In the order of the views. Of a rig their cameras are rigid to each other, and `certify` of a view speaks of that view alone. */
  readonly views: readonly MatchResult[];
  /** Sum of the views' scores, in nats. */
  readonly score: number;
  /** What wrong poses reach, summed over the views. */
  readonly chance: number;
  /** As {@link MatchResult.confidence}, of the sums. */
  readonly confidence: number;
  /** Of a rig: other poses with at least 85 % of the score. */
  readonly alternatives: readonly { readonly cameras: readonly Camera[]; readonly score: number }[];
  readonly report: Report;
}

/**
 * Matches ellipsoids to several views of them.
 *
 * With `relative` motions (a rig) there is one pose: it is found where any view, or all together, tell it, and is that of most evidence over all views.
 * Otherwise every view has its own, and what is linked with certainty in one makes links of the same ellipsoids likelier in the others, by as much
 * as the views themselves show.
 *
 * Throws `InvalidShape`, `InvalidValue`, `Unsupported` (a rig of affine, known or mixed cameras), `OutOfMemory`, `KernelUnavailable`.
 */
export interface MatchViews {
  (ellipsoids: Mixture, views: readonly SceneView[], options?: MatchViewsOptions): MatchViewsResult;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async(
    ellipsoids: Mixture,
    views: readonly SceneView[],
    options?: MatchViewsOptions & AsyncOptions,
  ): Promise<MatchViewsResult>;
  /** The same by hand. */
  steps(ellipsoids: Mixture, views: readonly SceneView[], options?: MatchViewsOptions): Run<MatchViewsResult>;
}

/** Who is whom in several views, and their cameras; see {@link MatchViews}. */
export const matchViews: MatchViews = /*#__PURE__*/ defineSolver<
  [Mixture, readonly SceneView[]],
  MatchViewsOptions,
  MatchViewsResult
>(
  2,
  (control, [ellipsoids, views], options) => run(control, readViews(ellipsoids, views, options)),
  "matchViews",
) as MatchViews;

/** Links that are as good as certain. */
const certain = 0.9;
/** Rounds in which views learn of each other. */
const rounds = 2;

/** Plain data, which may come from another thread. */
interface SolvedViews {
  readonly views: readonly Solved[];
  readonly presence: readonly Float64Array[];
  /** Of a rig. */
  readonly joint: { readonly status: MatchStatus; readonly others: readonly JointPose[] } | null;
}

function* run(control: RunControl<MatchViewsResult>, task: ViewsTask): Generator<Progress, MatchViewsResult, void> {
  const solved = yield* control.elsewhere(() => solveHere(control, task));
  const elapsedMs = control.elapsedMs();
  const views = task.tasks.map((own, v) => {
    const presence = solved.presence[v];
    return finish({ ...own, stage: { ...own.stage, presence } }, solved.views[v], elapsedMs);
  });
  const total = (of: (view: MatchResult) => number): number => views.reduce((sum, view) => sum + of(view), 0);
  const [score, chance] = [total((view) => view.score), total((view) => view.chance)];
  const odds = (score / confidenceLimit(chance)) ** 4;
  const status = solved.joint?.status ?? worst(views.map((view) => view.status));
  return {
    status,
    views,
    score,
    chance,
    confidence: odds / (1 + odds),
    alternatives: (solved.joint?.others ?? []).map(({ poses, evidence }) => ({
      cameras: poses.map(({ camera }, v) => task.tasks[v].problem.outward(camera)),
      score: evidence,
    })),
    report: {
      status: status === "ambiguous" || status === "low-confidence" ? "converged" : status,
      method: task.rig === null ? "separate poses" : "rig",
      why:
        task.rig === null
          ? `${views.length} poses of their own, evidence pooled`
          : `one pose for ${views.length} views, by the sum of their evidence`,
      backend: backend(matching),
      iterations: solved.views.reduce((sum, view) => sum + view.tried, 0),
      error: 0,
      tolerance: 0,
      massAdjustment: 1,
      elapsedMs,
      warnings: [],
    },
  };
}

const order: readonly MatchStatus[] = ["stopped", "timeLimit", "maxIterations", "low-confidence", "ambiguous"];

function worst(statuses: readonly MatchStatus[]): MatchStatus {
  return order.find((status) => statuses.includes(status)) ?? "converged";
}

function* solveHere(
  control: RunControl<MatchViewsResult>,
  { tasks, rig }: ViewsTask,
): Generator<Progress, SolvedViews, void> {
  const workspace = lease(matching);
  const stages = tasks.map(({ problem, stage }) => openStage(workspace, problem, stage));
  let interrupted: MatchStatus | null = null;
  const found: Found[] = [];
  for (const [v, task] of tasks.entries()) {
    let now: Found = { poses: [], chance: 0, tried: 0, level: "none", mass: null };
    const tell = (next: Found): void => {
      now = next;
    };
    if (task.known !== null) {
      const pose = atKnown(stages[v], task.problem.inward(task.known));
      found.push({ poses: [pose], chance: 0, tried: 0, level: "camera given", mass: null });
      continue;
    }
    const start = { route: task.route, seed: task.seed, cameras: [] };
    const searching = search(stages[v], task.problem, task.weights, task.prior, task.soft, start, tell);
    now = (yield* driven(searching, () => now)) ?? now;
    found.push(now);
  }
  let joint: JointPose[] = [];
  if (rig !== null && interrupted === null) {
    for (const [v, stage] of stages.entries()) stage.setInflation(found[v].poses[0]?.inflation ?? 0);
    joint = (yield* driven(searchJoint(stages, tasks, rig, found), () => found[0])) ?? [];
  }
  const best = joint[0] ?? null;
  let chosen: Pose[] = found.map(
    ({ poses }, v) => best?.poses[v] ?? massPose(v) ?? poses[0] ?? nowhere(tasks[v].problem),
  );
  let presence: Float64Array[] = tasks.map(({ problem }) => new Float64Array(problem.scene.count));
  let explained = yield* explainAll(chosen, presence);
  for (let round = 0; round < rounds && tasks.length > 1 && interrupted === null; round++) {
    const sightings = explained.map((explanation) => sightingOf(explanation, tasks[0].problem.scene.count));
    // Views that are not sure of themselves have nothing to tell.
    for (const [v, pose] of chosen.entries()) {
      const limit = tasks[v].known !== null ? 0 : confidenceLimit(found[v].chance);
      if (best === null && pose.evidence < limit) sightings[v].fill(0);
    }
    presence = tasks.map((_, v) => presenceIn(sightings, v));
    if (best === null) {
      const next: Pose[] = [];
      for (const [v, task] of tasks.entries()) next.push(yield* decided(v, task));
      chosen = next;
    }
    explained = yield* explainAll(chosen, presence);
  }
  giveBack(workspace);
  const chance = found.reduce((sum, { chance: own }) => sum + own, 0);
  const score = explained.reduce((sum, { evidence }) => sum + evidence, 0);
  const others = best === null ? [] : joint.slice(1).filter(({ evidence }) => evidence >= equal * best.evidence);
  const together: MatchStatus =
    interrupted ?? (score < confidenceLimit(chance) ? "low-confidence" : others.length > 0 ? "ambiguous" : "converged");
  const views = tasks.map((task, v): Solved => {
    const { transport: _, ...explanation } = explained[v];
    const byMass = massPose(v) !== null;
    const alternatives = byMass
      ? []
      : best === null
        ? found[v].poses.filter((pose) => !alike(pose, chosen[v]) && pose.evidence >= equal * explanation.evidence)
        : others.map(({ poses }) => poses[v]);
    const sure = byMass || task.known !== null || explanation.evidence >= confidenceLimit(found[v].chance);
    const own = !sure ? "low-confidence" : alternatives.length > 0 ? "ambiguous" : "converged";
    return {
      status: interrupted ?? (best === null ? own : together),
      pose: { ...chosen[v], evidence: explanation.evidence },
      alternatives,
      chance: found[v].chance,
      byMass: byMass ? (found[v].mass?.margin ?? 0) : null,
      explanation,
      tried: found[v].tried,
      level: found[v].level,
    };
  });
  return { views, presence, joint: best === null ? null : { status: together, others } };

  /** A pose by mass that is beyond doubt, as `matchGaussians` takes it. */
  function massPose(v: number): Pose | null {
    const { mass } = found[v];
    return rig === null && mass?.sure === true ? atKnown(stages[v], mass.camera) : null;
  }
  /** Drives a search; null where it is cut short. */
  function* driven<T>(steps: Generator<void, T, void>, now: () => Found): Generator<Progress, T | null, void> {
    for (;;) {
      if (interrupted !== null) return null;
      const step = steps.next();
      if (step.done) return step.value;
      const { level, tried, poses } = now();
      const error = poses.length > 0 ? 1 / (1 + poses[0].evidence) : 1;
      yield { phase: level, iteration: tried, error, elapsedMs: control.elapsedMs() };
      interrupted = control.interrupted() as MatchStatus | null;
    }
  }
  function* explainAll(
    poses: readonly Pose[],
    nats: readonly Float64Array[],
  ): Generator<Progress, Explanation[], void> {
    const out: Explanation[] = [];
    for (const [v, { problem, weights, join }] of tasks.entries()) {
      const { camera, widths, inflation } = poses[v];
      stages[v].setInflation(inflation);
      out.push(yield* explain(informed(stages[v], nats[v]), problem, weights, camera, widths, join));
    }
    return out;
  }
  /** The pose of a view that has most evidence with what the others say. */
  function* decided(v: number, task: MatchTask): Generator<Progress, Pose, void> {
    if (task.known !== null || found[v].poses.length === 0 || massPose(v) !== null) return chosen[v];
    const candidates = found[v].poses.filter(({ evidence }) => evidence >= equal * found[v].poses[0].evidence);
    let most: Pose | null = null;
    for (const { camera, widths, inflation, origin } of candidates) {
      stages[v].setInflation(inflation);
      const settling = settle(informed(stages[v], presence[v]), camera, widths, task.soft.focal !== undefined);
      const pose = yield* driven(settling, () => found[v]);
      if (pose !== null && (most === null || pose.evidence > most.evidence)) most = { ...pose, origin };
    }
    return most ?? chosen[v];
  }
}

function informed(stage: Stage, presence: Float64Array): Stage {
  return { ...stage, presence };
}

function alike({ camera: p }: Pose, { camera: q }: Pose): boolean {
  const [P, Q] = [p.projection === "affine" ? p.A : p.R, q.projection === "affine" ? q.A : q.R];
  return Array.from(P).every((value, k) => Math.abs(value - Q[k]) < 0.05);
}

function sightingOf({ probabilities, unmatched }: Explanation, n: number): Sighting {
  const out = new Int8Array(n);
  for (let i = 0; i < n; i++) {
    for (let e = probabilities.rowPtr[i]; e < probabilities.rowPtr[i + 1]; e++) {
      if (probabilities.values[e] > certain) out[i] = 1;
    }
  }
  for (const { index, reason } of unmatched.ellipsoids) if (reason === "unseen") out[index] = -1;
  return out;
}
