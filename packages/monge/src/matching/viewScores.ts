// What every direction of view has for itself: the votes for its best turn and shift, a picture of how ambiguous a view is.
import { matching } from "../kernels/matching.ts";
import { withWorkspace } from "../kernels/workspace.ts";
import type { Mixture } from "../measure/mixture.ts";
import { drain } from "../run/solver.ts";
import { directions } from "./rotation.ts";
import { openStage } from "./stage.ts";
import { type MatchOptions, readTask } from "./task.ts";
import { openVotes } from "./votes.ts";

/** Votes by direction. */
export interface ViewScores {
  /** Unit vectors that a camera looks along, in the world; k x 3, spread evenly over the sphere. */
  readonly directions: Float64Array;
  /** The most votes that a turn and shift of the picture gets there, >= 0: about the number of pairs that agree. */
  readonly votes: Float64Array;
}

/** Lets `count` directions be voted on; input and errors as for `matchGaussians`, priors are not heard. */
export function viewScores(ellipsoids: Mixture, ellipses: Mixture, options: MatchOptions, count = 1000): ViewScores {
  const task = readTask(ellipsoids, ellipses, options);
  const spread = directions(count);
  return withWorkspace(matching, (workspace) => {
    const stage = openStage(workspace, task.problem, task.stage);
    const vote = openVotes(stage, task.problem);
    const votes = new Float64Array(count);
    const ballot = { directions: spread, targets: stage.all, cell: 0.12, scale: "sizes" as const };
    for (const { direction, votes: found } of drain(vote(ballot))) votes[direction] = Math.max(votes[direction], found);
    return { directions: spread, votes };
  });
}
