// Hypotheses by moments: for every direction of view the turns at which the second moments of both sides agree, ranked by a wide soft match.
//
// For scenes whose ellipsoids are round and say nothing about a turn. Both sides must show the same part of the scene.
import type { Camera } from "./camera.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { rotationAlong } from "./rotation.ts";
import type { Stage, Targets } from "./stage.ts";
import type { Hypothesis } from "./votes.ts";

/** Turns tried of one direction. */
const turns = 24;
const widths = { position: 0.1, shape: 0.8 };
const limit = 9;
const rest = Math.exp(-limit / 2);

/** All hypotheses, best first. */
export function* momentHypotheses(
  stage: Stage,
  { model, focal }: NormalisedProblem,
  directions: Float64Array,
  targets: Targets,
): Generator<void, Hypothesis[], void> {
  const found: Hypothesis[] = [];
  for (let k = 0; k < directions.length; k += 3) {
    const base = rotationAlong(directions.subarray(k, k + 3));
    for (let turn = 0; turn < turns; turn++) {
      const [c, s] = [Math.cos((2 * Math.PI * turn) / turns), Math.sin((2 * Math.PI * turn) / turns)];
      const R = base.slice();
      for (let col = 0; col < 3; col++) {
        R[col] = c * base[col] - s * base[3 + col];
        R[3 + col] = s * base[col] + c * base[3 + col];
      }
      const camera: Camera =
        model === "perspective"
          ? {
              projection: "perspective",
              R,
              t: Float64Array.of(0, 0, focal),
              intrinsics: { fx: focal, fy: focal, cx: 0, cy: 0 },
            }
          : model === "affine"
            ? { projection: "affine", A: R.slice(0, 6), t: Float64Array.of(0, 0) }
            : { projection: "scaled-orthographic", R, scale: 1, t: Float64Array.of(0, 0) };
      stage.project(camera);
      stage.near(targets, widths, limit);
      found.push({ camera, votes: stage.score(targets, rest), direction: k / 3 });
    }
    yield;
  }
  return found.sort((p, q) => q.votes - p.votes);
}
