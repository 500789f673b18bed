// The poses of a rig: hypotheses of every view carried to the others, refined together, best first.
import type { Camera } from "./camera.ts";
import { type JointPose, refineJoint } from "./jointPose.ts";
import { near } from "./likeness.ts";
import { allows } from "./prior.ts";
import { carried, type Rig } from "./rig.ts";
import { rotationAngle } from "./rotation.ts";
import { type Found, same } from "./search.ts";
import type { Stage } from "./stage.ts";
import type { MatchTask } from "./task.ts";
import { type Ballot, type Hypothesis, openVotes } from "./votes.ts";

/** Poses of each view that are carried. */
const each = 8;
/** Scaled orthographic views: how far from the carried direction of view scales and shifts are voted for, and taken from. */
const votersOfView = 200;
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
      for (let v = 0; v < start.length; v++) {
        const camera = start[v];
        if (v !== from && camera.projection === "scaled-orthographic") start[v] = yield* placed(v, camera);
      }
      const joint = yield* refineJoint(stages, rig, start);
      if (!joint.poses.every((own, v) => allows(tasks[v].prior, tasks[v].problem.outward(own.camera), 2))) continue;
      const twin = out.findIndex((other) =>
        other.poses.every((own, v) => near(stages[v], own.camera, joint.poses[v].camera, same)),
      );
      if (twin < 0) out.push(joint);
      else if (joint.evidence > out[twin].evidence) out[twin] = joint;
    }
  }
  return out.sort((p, q) => q.evidence - p.evidence);

  /** An orthographic camera of known rotation with the scale and the shift that most pairs agree upon. */
  function* placed(
    v: number,
    camera: Extract<Camera, { projection: "scaled-orthographic" }>,
  ): Generator<void, Camera, void> {
    const { all } = stages[v];
    const index = Int32Array.from({ length: Math.min(votersOfView, all.count) }, (_, k) => {
      return all.index[Math.floor((k * all.count) / Math.min(votersOfView, all.count))];
    });
    const directions = Float64Array.from(camera.R).slice(6, 9);
    const ballot: Ballot = { directions, targets: stages[v].some(index), cell: cellOfView, scale: "sizes" };
    const hypotheses: Hypothesis[] = yield* ballots[v](ballot);
    const fitting = hypotheses.find(
      ({ camera: other }) =>
        other.projection === "scaled-orthographic" && rotationAngle(other.R, camera.R) < turnOfView,
    );
    if (fitting?.camera.projection !== "scaled-orthographic") return camera;
    return { ...fitting.camera, R: camera.R };
  }
}
