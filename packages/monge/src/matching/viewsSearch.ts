// Several views searched: the pose of a rig, or poses of their own, and what the views tell each other of what is there.
import { matching } from "../kernels/matching.ts";
import { giveBack, lease } from "../kernels/workspace.ts";
import type { Progress } from "../run/options.ts";
import { type Explanation, explain } from "./explain.ts";
import type { JointPose } from "./jointPose.ts";
import { searchJoint } from "./jointSearch.ts";
import { atKnown, confidenceLimit, equal, givenCameras, type MatchStatus, nowhere, type Solved } from "./match.ts";
import { presenceIn, type Sighting } from "./presence.ts";
import { type Found, isThin, type Pose, search, settle } from "./search.ts";
import { openStage, type Stage } from "./stage.ts";
import type { MatchTask } from "./task.ts";
import type { ViewsTask } from "./viewsTask.ts";

/** Links that are as good as certain. */
const certain = 0.9;
/** Wrong poses of a rig that tell what they come to. */
const fewest = 5;
/** Rounds in which views learn of each other. */
const rounds = 2;

/** Levels that the views of a rig are searched to, one after the other. */
const depths: readonly (number | undefined)[] = [1, 3, undefined];

/** What wrong poses of a rig come to: the median of those found, or what they come to view by view where there are too few. */
function jointChance(joint: readonly JointPose[], found: readonly Found[]): number {
  const wrong = joint.filter(({ evidence }) => evidence < equal * joint[0].evidence);
  if (wrong.length < fewest) return found.reduce((sum, { chance }) => sum + chance, 0);
  return wrong[wrong.length >> 1].evidence;
}

/** Plain data, which may come from another thread. */
export interface SolvedViews {
  readonly views: readonly Solved[];
  readonly presence: readonly Float64Array[];
  /** Of a rig. */
  readonly joint: {
    readonly status: MatchStatus;
    readonly chance: number;
    readonly others: readonly JointPose[];
  } | null;
}

/** The exits of a run. */
interface Exits {
  readonly elapsedMs: () => number;
  interrupted(): string | null;
}

/** Searches all views. */
export function* solveViews(control: Exits, { tasks, rig }: ViewsTask): Generator<Progress, SolvedViews, void> {
  const workspace = lease(matching);
  const stages = tasks.map(({ problem, stage }) => openStage(workspace, problem, stage));
  let interrupted: MatchStatus | null = null;
  // Of a rig the first levels are enough where the views together tell the pose.
  let found: Found[] = [];
  let joint: JointPose[] = [];
  for (const depth of rig === null ? [undefined] : depths) {
    found = [];
    for (const [v, task] of tasks.entries()) found.push(yield* searched(v, task, depth));
    if (rig === null || interrupted !== null) break;
    for (const [v, stage] of stages.entries()) stage.setInflation(found[v].poses[0]?.inflation ?? 0);
    joint = (yield* driven(searchJoint(stages, tasks, rig, found), () => found[0])) ?? joint;
    if (joint.length > 0 && joint[0].evidence >= confidenceLimit(jointChance(joint, found))) break;
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
  const chance = jointChance(joint, found);
  const score = explained.reduce((sum, { evidence }) => sum + evidence, 0);
  const others = best === null ? [] : joint.slice(1).filter(({ evidence }) => evidence >= equal * best.evidence);
  const together: MatchStatus =
    interrupted ?? (score < confidenceLimit(chance) ? "low-confidence" : others.length > 0 ? "ambiguous" : "converged");
  const views = tasks.map((task, v): Solved => {
    const explanation = explained[v];
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
  return { views, presence, joint: best === null ? null : { status: together, chance, others } };

  function* searched(v: number, task: MatchTask, depth: number | undefined): Generator<Progress, Found, void> {
    let now: Found = { poses: [], chance: 0, tried: 0, level: "none", mass: null };
    if (task.known !== null) {
      const pose = atKnown(stages[v], task.problem.inward(task.known));
      return { ...now, poses: [pose], level: "camera given" };
    }
    const start = { route: task.route, seed: task.seed, cameras: givenCameras(task), depth };
    const steps = search(stages[v], task.problem, task.weights, task.prior, task.soft, start, (next) => {
      now = next;
    });
    return (yield* driven(steps, () => now)) ?? now;
  }
  /** A pose by mass that is beyond doubt, as `matchGaussians` takes it. */
  function massPose(v: number): Pose | null {
    const { mass, poses } = found[v];
    const thin = poses.length === 0 || isThin(poses[0], stages[v].m);
    return rig === null && thin && mass?.sure === true ? atKnown(stages[v], mass.camera) : null;
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
