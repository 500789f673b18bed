// The proof of a match of several views: the sums of the views' proofs, and of a rig that its one pose is stationary.
import type { AsyncOptions, Progress } from "../run/options.ts";
import { drain, drainAsync } from "../run/solver.ts";
import { examine, type MatchCertificate, type MatchCertify, promise } from "./certificate.ts";
import { addView } from "./jointPose.ts";
import { rigJacobian, rigUnknowns } from "./rig.ts";
import type { Pose } from "./search.ts";
import type { ViewsTask } from "./viewsTask.ts";

/** A pose, and the prior odds of its links. */
export interface CertifiedPose {
  readonly pose: Pose;
  readonly odds: number;
}

/** The certificate of poses of all views. */
export function certifyViews(task: ViewsTask, poses: readonly CertifiedPose[]): MatchCertify {
  return Object.assign(() => drain(prove(task, poses)), {
    async: (options: AsyncOptions = {}) => drainAsync(() => prove(task, poses), options.signal),
  });
}

function* prove(
  { tasks, rig }: ViewsTask,
  poses: readonly CertifiedPose[],
): Generator<Progress, MatchCertificate, void> {
  const k = rig === null ? 0 : rigUnknowns(rig);
  const [H, g] = [new Float64Array(k * k), new Float64Array(k)];
  const cameras = poses.map(({ pose }) => pose.camera);
  const total = { objective: 0, stationarityGap: 0, lowerBound: 0, primalResidual: 0 };
  for (const [v, task] of tasks.entries()) {
    const { certificate, equations } = yield* examine(task, poses[v].pose, poses[v].odds);
    total.objective += certificate.objective;
    total.lowerBound += certificate.lowerBound;
    total.stationarityGap += certificate.stationarityGap;
    total.primalResidual = Math.max(total.primalResidual, certificate.primalResidual);
    if (rig !== null && equations !== null) addView(H, g, rigJacobian(rig, cameras, v), equations);
  }
  if (rig !== null) total.stationarityGap = promise({ H, g });
  return { kind: "stationarity", ...total };
}
