// A pose made better and better: soft assignments of falling width, and after each the camera that fits them best (block descent).
//
// Assignments are partial entropic transport under d^2 (assembly/matching/pairs.ts), cameras one Gauss-Newton step. The features of an ellipsoid's
// partners enter as their mean, so the normal equations need one row an ellipsoid, whatever the number of pairs.
import type { Camera } from "./camera.ts";
import { featureCount } from "./features.ts";
import { solveNormal, stepped, unknowns } from "./pose.ts";
import type { Stage, Targets, Widths } from "./stage.ts";

/** How to go about it. */
export interface Refinement {
  readonly targets: Targets;
  readonly from: Widths;
  /** The widths to end at, or below which the noise that is seen is not believed. */
  readonly to: Widths;
  /** The factor from one level to the next. */
  readonly fall: number;
  /** Steps a level. */
  readonly steps: number;
  readonly freeFocal: boolean;
  /** Adds what is known beforehand to the normal equations. */
  prior?(camera: Camera, H: Float64Array, g: Float64Array): void;
}

/** d^2 beyond which a pair is none, and that of which being alone costs as much as a pair. */
const limit = 16;
const alone = 9;
const rest = Math.exp(-alone / 2);
const sweeps = 3;
const difference = 1e-5;
const damping = 1e-4;

/** Where a refinement ended. */
export interface Refined {
  readonly camera: Camera;
  /** The noise that was seen last. */
  readonly widths: Widths;
  /** Mass of the soft assignment. */
  readonly mass: number;
}

/** Refines; yields after every step. */
export function* refine(stage: Stage, start: Camera, task: Refinement): Generator<void, Refined, void> {
  let camera = start;
  let widths = task.from;
  let mass = 0;
  for (;;) {
    for (let step = 0; step < task.steps; step++) {
      const seen = soften(stage, camera, task.targets, widths);
      mass = seen.mass;
      if (!(mass > 3)) return { camera, widths, mass };
      const next = fit(stage, camera, seen.sums, widths, task);
      if (next === null) return { camera, widths, mass };
      camera = next;
      yield;
    }
    const { to, fall } = task;
    if (widths.position <= to.position && widths.shape <= to.shape) return { camera, widths, mass };
    widths = {
      position: Math.max(to.position, widths.position * fall),
      shape: Math.max(to.shape, widths.shape * fall),
    };
  }
}

/** The soft assignment at a camera: sums by ellipsoid (mass, mass times features) and its mass. */
export function soften(
  stage: Stage,
  camera: Camera,
  targets: Targets,
  widths: Widths,
): { sums: Float64Array; mass: number } {
  stage.project(camera);
  stage.near(targets, widths, limit);
  stage.balance(targets, rest, sweeps);
  const sums = stage.gather(targets).slice();
  let mass = 0;
  for (let at = 0; at < sums.length; at += 6) mass += sums[at];
  return { sums, mass };
}

/** One Gauss-Newton step towards the sums; null where the equations say nothing. */
function fit(stage: Stage, camera: Camera, sums: Float64Array, widths: Widths, task: Refinement): Camera | null {
  const { H, g } = normalEquations(stage, camera, sums, widths, task.freeFocal);
  task.prior?.(camera, H, g);
  const step = boundedStep(H, g);
  return step === null ? null : stepped(camera, step);
}

/** The step that the equations ask for, or the part of it that can be believed; null where they say nothing. */
export function boundedStep(H: Float64Array, g: Float64Array): Float64Array | null {
  const found = solveNormal(H, g, damping);
  if (found === null) return null;
  // A step beyond what one picture can move is none to believe in whole.
  const size = Math.max(...found.map((value) => Math.abs(value)));
  return size > 0.5 ? found.map((value) => (0.5 * value) / size) : found;
}

/** H step = g of the least squares between the features of the ellipsoids and the sums. */
export function normalEquations(
  stage: Stage,
  camera: Camera,
  sums: Float64Array,
  widths: Widths,
  freeFocal: boolean,
): { H: Float64Array; g: Float64Array } {
  const k = unknowns(camera, freeFocal);
  const step = new Float64Array(k);
  const moved = Array.from({ length: k }, (_, p) => {
    step.fill(0);
    step[p] = difference;
    return stepped(camera, step);
  });
  return stage.equations(camera, moved, difference, sums, widths);
}

/** The noise that is seen at a camera. */
export interface SeenWidths extends Widths {
  /** The mean difference of the log covariances of targets and ellipsoids. */
  readonly size: number;
}

/** The noise that is seen at a camera: root mean squares of the pairs' differences, weighted by their mass. */
export function seenWidths(stage: Stage, camera: Camera, targets: Targets, widths: Widths): SeenWidths {
  const projected = stage.project(camera).slice();
  stage.near(targets, widths, limit);
  const { count, pairs, values } = stage.balance(targets, rest, sweeps);
  let mass = 0;
  let position = 0;
  let shape = 0;
  let size = 0;
  for (let e = 0; e < count; e++) {
    const i = featureCount * pairs[2 * e];
    const j = featureCount * pairs[2 * e + 1];
    const w = values[e];
    mass += w;
    size += w * (targets.values[j + 2] - projected[i + 2]);
    for (let c = 0; c < featureCount; c++) {
      const square = w * (projected[i + c] - targets.values[j + c]) ** 2;
      if (c < 2) position += square;
      else shape += square;
    }
  }
  return { position: Math.sqrt(position / (2 * mass)), shape: Math.sqrt(shape / (3 * mass)), size: size / mass };
}
