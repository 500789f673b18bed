// A pose of a rig made better: soft assignments in every view, one step for all by the sum of their normal equations.
//
// With D_v the derivative of view v's step by the rig's, H = sum_v D_v^T H_v D_v and g = sum_v D_v^T g_v (refine.ts for H_v and g_v).
import type { Camera } from "./camera.ts";
import { boundedStep, normalEquations, seenWidths, soften } from "./refine.ts";
import { type Rig, rigJacobian, rigStepped, rigUnknowns } from "./rig.ts";
import { atLeast, close, evidenceOf, type Pose, wide } from "./search.ts";
import type { Stage, Widths } from "./stage.ts";

/** One pose of all views. */
export interface JointPose {
  readonly poses: readonly Pose[];
  /** Sum of the evidence of all views. */
  readonly evidence: number;
}

const levels: { readonly first: Widths; readonly last: Widths; readonly fall: number; readonly steps: number } = {
  first: wide,
  last: { position: 0.01, shape: 0.12 },
  fall: 0.65,
  steps: 2,
};
const settling = 3;

/** Refines; yields after every step. */
export function* refineJoint(
  stages: readonly Stage[],
  rig: Rig,
  start: readonly Camera[],
): Generator<void, JointPose, void> {
  let cameras = start;
  let widths = levels.first;
  for (;;) {
    for (let step = 0; step < levels.steps; step++) {
      cameras = jointStep(
        stages,
        rig,
        cameras,
        stages.map(() => widths),
      ).cameras;
      yield;
    }
    const { last, fall } = levels;
    if (widths.position <= last.position && widths.shape <= last.shape) break;
    widths = {
      position: Math.max(last.position, widths.position * fall),
      shape: Math.max(last.shape, widths.shape * fall),
    };
  }
  let seen = stages.map(() => (widths.position < close.position ? widths : close));
  for (let round = 0; round < settling; round++) {
    seen = stages.map((stage, v) => atLeast(seenWidths(stage, cameras[v], stage.all, seen[v])));
    for (let step = 0; step < levels.steps; step++) cameras = jointStep(stages, rig, cameras, seen).cameras;
    yield;
  }
  const poses: Pose[] = [];
  for (const [v, stage] of stages.entries()) {
    const { gain } = yield* evidenceOf(stage, cameras[v], seen[v]);
    poses.push({ camera: cameras[v], widths: seen[v], evidence: gain, inflation: stage.inflation(), origin: null });
  }
  return { poses, evidence: poses.reduce((sum, { evidence }) => sum + evidence, 0) };
}

/** One step of all; `promise` is by how much it lowers the sum of squares, in nats. */
export function jointStep(
  stages: readonly Stage[],
  rig: Rig,
  cameras: readonly Camera[],
  widths: readonly Widths[],
): { cameras: readonly Camera[]; promise: number } {
  const k = rigUnknowns(rig);
  const H = new Float64Array(k * k);
  const g = new Float64Array(k);
  for (const [v, stage] of stages.entries()) {
    const { sums, mass } = soften(stage, cameras[v], stage.all, widths[v]);
    if (!(mass > 3)) continue;
    addView(H, g, rigJacobian(rig, cameras, v), normalEquations(stage, cameras[v], sums, widths[v], false));
  }
  const step = boundedStep(H, g);
  if (step === null) return { cameras, promise: 0 };
  return {
    cameras: rigStepped(rig, cameras, step) ?? cameras,
    promise: step.reduce((sum, value, p) => sum + (value * g[p]) / 2, 0),
  };
}

/** H += D^T H_v D, g += D^T g_v. */
export function addView(
  H: Float64Array,
  g: Float64Array,
  D: Float64Array,
  own: { readonly H: Float64Array; readonly g: Float64Array },
): void {
  const k = g.length;
  const count = own.g.length;
  const HD = new Float64Array(count * k);
  for (let r = 0; r < count; r++) {
    for (let c = 0; c < count; c++) {
      const value = own.H[r * count + c];
      if (value !== 0) for (let p = 0; p < k; p++) HD[r * k + p] += value * D[c * k + p];
    }
  }
  for (let r = 0; r < count; r++) {
    for (let p = 0; p < k; p++) {
      const d = D[r * k + p];
      if (d === 0) continue;
      g[p] += d * own.g[r];
      for (let q = 0; q < k; q++) H[p * k + q] += d * HD[r * k + q];
    }
  }
}
