// The levels of a search: which hypotheses are made, of how many directions, and how many of them are refined.
import { gromovHypotheses } from "./gromovRoute.ts";
import { momentHypotheses } from "./moments.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { sampledHypotheses } from "./sampled.ts";
import type { Stage, Targets } from "./stage.ts";
import type { MatchRoute } from "./task.ts";
import type { Ballot, Hypothesis } from "./votes.ts";

/** One level. */
export interface Level {
  readonly name: string;
  readonly from: "votes" | "moments" | "mass" | "sampled" | "gromov";
  readonly directions: number;
  /** Targets that vote, at most. */
  readonly voters: number;
  readonly cell: number;
  readonly scale: "sizes" | number;
  /** Distinct hypotheses to refine. */
  readonly refined: number;
}

/** The cascades: each level is gone into only where those before were not decisive. */
const levels: Readonly<Record<MatchRoute, readonly Level[]>> = {
  bures: [
    { name: "votes", from: "votes", directions: 240, voters: 200, cell: 0.12, scale: "sizes", refined: 8 },
    { name: "more votes", from: "votes", directions: 700, voters: 400, cell: 0.1, scale: "sizes", refined: 12 },
    {
      name: "votes at the scale of the positions",
      from: "votes",
      directions: 400,
      voters: 300,
      cell: 0.12,
      scale: 1,
      refined: 8,
    },
    { name: "mass", from: "mass", directions: 0, voters: 0, cell: 0, scale: 1, refined: 0 },
    { name: "moments", from: "moments", directions: 150, voters: 150, cell: 0, scale: 1, refined: 8 },
    { name: "most votes", from: "votes", directions: 1600, voters: 500, cell: 0.08, scale: "sizes", refined: 16 },
  ],
  sampled: [{ name: "samples", from: "sampled", directions: 200, voters: 200, cell: 0, scale: 1, refined: 4 }],
  gromov: [
    { name: "fused Gromov-Wasserstein", from: "gromov", directions: 200, voters: 200, cell: 0, scale: 1, refined: 6 },
    { name: "more directions", from: "gromov", directions: 500, voters: 200, cell: 0, scale: 1, refined: 10 },
  ],
};

/** The levels of a route. */
export function levelsOf(route: MatchRoute): readonly Level[] {
  return levels[route];
}

/** The hypotheses of a level, best first. */
export function* hypothesise(
  level: Level,
  stage: Stage,
  problem: NormalisedProblem,
  directions: Float64Array,
  targets: Targets,
  vote: (ballot: Ballot) => Generator<void, Hypothesis[], void>,
  seed: number,
): Generator<void, Hypothesis[], void> {
  if (level.from === "sampled") return yield* sampledHypotheses(stage, problem, directions, seed);
  if (level.from === "gromov") return yield* gromovHypotheses(stage, problem, directions);
  if (level.from === "moments") return yield* momentHypotheses(stage, problem, directions, targets);
  return yield* vote({ directions, targets, cell: level.cell, scale: level.scale });
}
