// Matching one scene to several views: every pose for itself, or one for a rig of cameras whose motions are known; evidence pooled.
//
// A rig: hypotheses of every view are carried to the others (rig.ts), refined by stacked normal equations (jointPose.ts), compared by the sum of
// their evidence. Without one: what is certain in other views enters as prior odds of each ellipsoid to be seen (presence.ts).
import { matching } from "../kernels/matching.ts";
import { backend } from "../kernels/module.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import type { Camera } from "./camera.ts";
import type { MatchCertify } from "./certificate.ts";
import { confidenceLimit, finish, type MatchResult, type MatchStatus } from "./match.ts";
import { certifyViews } from "./viewsCertificate.ts";
import { solveViews } from "./viewsSearch.ts";
import { type MatchViewsOptions, readViews, type SceneView, type ViewsTask } from "./viewsTask.ts";

/** What all views say together. */
export interface MatchViewsResult {
  /** As {@link MatchResult.status}, of the worst view; of a rig: of its one pose. */
  readonly status: MatchStatus;
  /** In the order of the views. Of a rig their cameras are rigid to each other, and `certify` of a view speaks of that view alone. */
  readonly views: readonly MatchResult[];
  /** Sum of the views' scores, in nats. */
  readonly score: number;
  /** What wrong poses reach: of a rig all views together, otherwise summed over the views. */
  readonly chance: number;
  /** As {@link MatchResult.confidence}, of the sums. */
  readonly confidence: number;
  /** Of a rig: other poses with at least 85 % of the score. */
  readonly alternatives: readonly { readonly cameras: readonly Camera[]; readonly score: number }[];
  readonly report: Report;
  /** Sums over the views; `stationarityGap` of a rig: what a step of all cameras together could gain. */
  readonly certify: MatchCertify;
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

function* run(control: RunControl<MatchViewsResult>, task: ViewsTask): Generator<Progress, MatchViewsResult, void> {
  const solved = yield* control.elsewhere(() => solveViews(control, task));
  const elapsedMs = control.elapsedMs();
  const tasks = task.tasks.map((own, v) => ({ ...own, stage: { ...own.stage, presence: solved.presence[v] } }));
  const views = tasks.map((own, v) => finish(own, solved.views[v], elapsedMs));
  const total = (of: (view: MatchResult) => number): number => views.reduce((sum, view) => sum + of(view), 0);
  const score = total((view) => view.score);
  const chance = solved.joint?.chance ?? total((view) => view.chance);
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
    certify: certifyViews(
      { tasks, rig: solved.joint === null ? null : task.rig },
      solved.views.map(({ pose, explanation }) => ({ pose, odds: explanation.odds })),
    ),
  };
}

const order: readonly MatchStatus[] = ["stopped", "timeLimit", "maxIterations", "low-confidence", "ambiguous"];

function worst(statuses: readonly MatchStatus[]): MatchStatus {
  return order.find((status) => statuses.includes(status)) ?? "converged";
}
