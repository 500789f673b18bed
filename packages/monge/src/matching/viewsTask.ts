// The task of several views, checked: one task a view, and the rig where their cameras are rigid to each other.
import { OtError } from "../errors/otError.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { Camera, Intrinsics } from "./camera.ts";
import type { CameraModel } from "./normalise.ts";
import type { MatchPrior } from "./prior.ts";
import type { Rig, RigidMotion } from "./rig.ts";
import { rotationAngle } from "./rotation.ts";
import { type MatchOptions, type MatchTask, readTask } from "./task.ts";

/** One view of `matchViews`. */
export interface SceneView {
  readonly ellipses: Mixture;
  /** As {@link MatchOptions.camera}. */
  readonly camera: CameraModel | Camera;
  readonly intrinsics?: Intrinsics;
  /** What is known of this camera; replaces `prior` of the options. */
  readonly prior?: MatchPrior;
  /** As {@link MatchOptions.features}. */
  readonly features?: MatchOptions["features"];
  /**
   * The motion from the first view's camera coordinates to this one's, Y = R Y_1 + t: one pose then serves all views. On all views but the first, or on
   * none. Perspective cameras need both; of scaled orthographic ones the rotation is read, and each keeps a scale and a shift of its own.
   */
  readonly relative?: RigidMotion;
}

/** Options of `matchViews`: those of `matchGaussians` that are the same for all views. */
export type MatchViewsOptions = Omit<MatchOptions, "camera" | "intrinsics" | "features" | "backend">;

/** Several tasks on the same ellipsoids. */
export interface ViewsTask {
  readonly tasks: readonly MatchTask[];
  /** null: every view has a pose of its own. */
  readonly rig: Rig | null;
}

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Reads and checks all views. */
export function readViews(ellipsoids: Mixture, views: readonly SceneView[], options: MatchViewsOptions): ViewsTask {
  if (!Array.isArray(views) || views.length === 0) {
    throw new OtError("InvalidShape", "There are no views.", {
      argument: "views",
      seen: views,
      cure: "Pass an array of at least one { ellipses, camera }.",
    });
  }
  const { backend } = (options ?? {}) as Pick<MatchOptions, "backend">;
  if (backend === "webgpu") {
    throw new OtError("Unsupported", "Several views are matched by the wasm kernels alone.", {
      argument: "options.backend",
      seen: backend,
      cure: "Leave backend out, or match the views one by one with matchGaussians.async.",
    });
  }
  const tasks = views.map(({ ellipses, camera, intrinsics, features, prior = options?.prior }) =>
    readTask(ellipsoids, ellipses, { ...options, camera, intrinsics, features, prior }),
  );
  const rigid = views.map(({ relative }) => relative !== undefined);
  if (!rigid.slice(1).includes(true)) return { tasks, rig: null };
  const { model } = tasks[0].problem;
  const odd = tasks.findIndex(({ problem, known }) => problem.model !== model || known !== null);
  if (rigid.slice(1).includes(false) || odd >= 0 || model === "affine" || tasks.some(({ soft }) => soft.focal)) {
    throw new OtError("Unsupported", "A rig needs cameras to be found of one kind, and a motion for each.", {
      argument: "views",
      seen: views.map(({ camera, relative }) => [
        typeof camera === "string" ? camera : "known",
        relative !== undefined,
      ]),
      cure: 'Give `relative` for all views but the first, "perspective" with known intrinsics or "scaled-orthographic" throughout, or leave it out everywhere.',
    });
  }
  return {
    tasks,
    rig: {
      problems: tasks.map(({ problem }) => problem),
      motions: views.map(({ relative }, v) => checkMotion(relative, v, model === "perspective")),
    },
  };
}

function checkMotion(motion: RigidMotion | undefined, v: number, perspective: boolean): Required<RigidMotion> {
  if (motion === undefined) return { R: identity, t: [0, 0, 0] };
  const { R, t } = motion;
  const numbers = R?.length === 9 && Array.from(R).every(Number.isFinite);
  const rows = numbers ? [0, 3, 6].map((r) => [R[r], R[r + 1], R[r + 2]]) : [];
  const proper = (p: number, q: number): boolean =>
    Math.abs(rows[p].reduce((sum, value, k) => sum + value * rows[q][k], 0) - (p === q ? 1 : 0)) < 1e-6;
  const right = numbers && [0, 1, 2].every((p) => [0, 1, 2].every((q) => proper(p, q))) && determinant(R) > 0;
  const shift = !perspective || (t?.length === 3 && Array.from(t).every(Number.isFinite));
  const first = v > 0 || (right && rotationAngle(R, identity) < 1e-9 && Array.from(t ?? []).every((x) => x === 0));
  if (right && shift && first) return { R, t: t ?? [0, 0, 0] };
  throw new OtError("InvalidValue", `views[${v}].relative is no rigid motion${v > 0 ? "" : ", or not the identity"}.`, {
    argument: `views[${v}].relative`,
    seen: motion,
    cure: "Pass { R, t }: a rotation of nine numbers and a shift of three; nothing for the first view.",
  });
}

function determinant(R: ArrayLike<number>): number {
  return R[0] * (R[4] * R[8] - R[5] * R[7]) - R[1] * (R[3] * R[8] - R[5] * R[6]) + R[2] * (R[3] * R[7] - R[4] * R[6]);
}
