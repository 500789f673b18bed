// The poses of a rig: hypotheses of every view carried to the others, refined together, best first.
import type { Camera, ScaledOrthographicCamera } from "./camera.ts";
import { type JointPose, refineJoint } from "./jointPose.ts";
import { near } from "./likeness.ts";
import { allows } from "./prior.ts";
import { carried, type Rig } from "./rig.ts";
import { rotationAngle } from "./rotation.ts";
import { type Found, same } from "./search.ts";
import type { Stage } from "./stage.ts";
import type { MatchTask } from "./task.ts";
import { openVotes } from "./votes.ts";

/** Poses of each view that are carried. */
const each = 20;
/** Scaled orthographic views: the bins in which shifts are voted for, and the turn within which a vote is one for the carried pose. */
const cellOfView = 0.1;
const turnOfView = (12 * Math.PI) / 180;

/** Distinct poses of the rig, best first. */
export function* searchJoint(
  stages: readonly Stage[],
  tasks: readonly MatchTask[],
  rig: Rig,
  found: readonly Found[],
): Generator<void, JointPose[], void> {
  const out: JointPose[] = [];
  const ballots = stages.map((stage, v) => openVotes(stage, tasks[v].problem));
  for (const [from, { poses }] of found.entries()) {
    for (const pose of poses.slice(0, each)) {
      const start = carried(rig, from, pose.camera);
      if (start === null) continue;
      const places: Camera[][] = [];
      for (const [v, camera] of start.entries()) {
        const known = v === from || camera.projection !== "scaled-orthographic";
        places.push(known ? [camera] : yield* placed(v, camera));
      }
      const attempts = Math.max(...places.map(({ length }) => length));
      let best: JointPose | null = null;
      for (let k = 0; k < attempts; k++) {
        const cameras = places.map((of) => of[Math.min(k, of.length - 1)]);
        const joint = yield* refineJoint(stages, rig, cameras);
        if (best === null || joint.evidence > best.evidence) best = joint;
      }
      if (best !== null) keep(best);
    }
  }
  return out.sort((p, q) => q.evidence - p.evidence);

  function keep(joint: JointPose): void {
    if (!joint.poses.every(({ camera }, v) => allows(tasks[v].prior, tasks[v].problem.outward(camera), 2))) return;
    const twin = out.findIndex((other) =>
      other.poses.every(({ camera }, v) => near(stages[v], camera, joint.poses[v].camera, same)),
    );
    if (twin < 0) out.push(joint);
    else if (joint.evidence > out[twin].evidence) out[twin] = joint;
  }
  /** Orthographic cameras of known rotation with scales and shifts that most pairs agree upon. */
  function* placed(v: number, camera: ScaledOrthographicCamera): Generator<void, Camera[], void> {
    const directions = Float64Array.from(camera.R).slice(6, 9);
    const fitting: Camera[] = [];
    for (const scale of ["sizes", 1] as const) {
      const hypotheses = yield* ballots[v]({ directions, targets: stages[v].all, cell: cellOfView, scale });
      for (const { camera: other } of hypotheses) {
        if (other.projection !== "scaled-orthographic" || rotationAngle(other.R, camera.R) > turnOfView) continue;
        fitting.push({ ...other, R: camera.R });
      }
    }
    return fitting.length > 0 ? fitting : [camera];
  }
}
