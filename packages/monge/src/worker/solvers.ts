// The solvers that a worker knows, by the names that `defineSolver` was given.
import { sinkhornBatch } from "../entropic/batch.ts";
import { selfPotential } from "../entropic/divergence/symmetric.ts";
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { assignment } from "../exact/assignment/assignment.ts";
import { emd } from "../exact/emd.ts";
import { emdBatch } from "../exact/emdBatch.ts";
import { gridL1 } from "../exact/grid/gridL1.ts";
import { gridSquared } from "../exact/grid/gridSquared.ts";
import { gaussianBarycenter } from "../gaussian/barycenter.ts";
import { generalizedBarycenter } from "../gaussian/generalizedBarycenter.ts";
import { generalizedGaussianBarycenter } from "../gaussian/generalizedGaussian.ts";
import { mixtureBarycenter } from "../gaussian/mixtureBarycenter.ts";
import { reduceMixture } from "../gaussian/reduction.ts";
import { lowRankTransport } from "../lowRank/lowRank.ts";
import { matchGaussians } from "../matching/match.ts";
import { matchViews } from "../matching/views.ts";
import { partialTransport } from "../partial/partial.ts";
import { regularisedTransport } from "../regularised/regularised.ts";
import type { RunOptions } from "../run/options.ts";
import type { Run, Solver } from "../run/solver.ts";
import { unbalancedTransport } from "../unbalanced/unbalanced.ts";

type AnySolver = Pick<Solver<unknown[], RunOptions, unknown>, "steps">;

/** The table. */
export const solvers: Readonly<Record<string, AnySolver | undefined>> = table({
  assignment,
  emd,
  emdBatch,
  gaussianBarycenter,
  generalizedBarycenter,
  generalizedGaussianBarycenter,
  gridL1,
  gridSquared,
  lowRankTransport,
  matchGaussians,
  matchViews,
  mixtureBarycenter,
  partialTransport,
  reduceMixture,
  regularisedTransport,
  selfPotential,
  sinkhorn,
  sinkhornBatch,
  unbalancedTransport,
});

/** Forgets the solvers' own types: what is called was called by its name, with arguments that went through it before. */
function table(
  entries: Readonly<Record<string, { steps(...args: never[]): Run<unknown> }>>,
): Readonly<Record<string, AnySolver | undefined>> {
  return entries as unknown as Readonly<Record<string, AnySolver | undefined>>;
}
