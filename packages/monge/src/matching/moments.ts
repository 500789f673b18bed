// Hypotheses by moments: for every direction of view the turns at which the second moments of both sides agree, ranked by a wide soft match.
//
// For scenes whose ellipsoids are round and say nothing about a turn. Both sides must show the same part of the scene.
import type { NormalisedProblem } from "./normalise.ts";
import { pictureTurned, rotationAlong } from "./rotation.ts";
import type { Stage, Targets } from "./stage.ts";
import { baseCamera, type Hypothesis } from "./votes.ts";

/** Turns tried of one direction. */
const turns = 24;
const widths = { position: 0.1, shape: 0.8 };
const limit = 9;
const rest = Math.exp(-limit / 2);

/** All hypotheses, best first. */
export function* momentHypotheses(
  stage: Stage,
  problem: NormalisedProblem,
  directions: Float64Array,
  targets: Targets,
): Generator<void, Hypothesis[], void> {
  const found: Hypothesis[] = [];
  for (let k = 0; k < directions.length; k += 3) {
    const base = rotationAlong(directions.subarray(k, k + 3));
    for (let turn = 0; turn < turns; turn++) {
      const camera = baseCamera(problem, pictureTurned(base, (2 * Math.PI * turn) / turns), 1);
      stage.project(camera);
      stage.near(targets, widths, limit);
      found.push({ camera, votes: stage.score(targets, rest), direction: k / 3 });
    }
    yield;
  }
  return found.sort((p, q) => q.votes - p.votes);
}
