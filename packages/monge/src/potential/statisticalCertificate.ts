// What can be said of a learned W1: an estimate with its standard error, and bounds from either side.
// Below: D / steepest slope (u scaled to be 1-Lipschitz where it was looked at). Above: E W1(mu_n, nu_n) >= W1(mu, nu), exact on subsamples.
import { points } from "../cost/index.ts";
import { emd } from "../exact/emd.ts";
import { random } from "../linalg/random.ts";
import type { Potential } from "./potential.ts";
import { readPair, type SampleSource, type Samples } from "./samples.ts";
import { drawn, estimateW1, streams, type W1Estimate } from "./w1Estimate.ts";

/** A statement about a sampled or learned quantity. */
export interface StatisticalCertificate {
  readonly kind: "statistical";
  readonly estimate: number;
  readonly standardError: number;
  /** In which direction the estimate errs beyond the standard error, and why. */
  readonly bias: string;
}

/** What is certified of a trained potential, on samples that training did not choose. */
export interface W1Certificate extends StatisticalCertificate, Omit<W1Estimate, "estimate" | "standardError"> {
  /** D / max(1, steepest slope seen): no more than W1, up to the error of D, if no slope is steeper where nobody looked. */
  readonly lowerBound: number;
  /** Exact W1 between subsamples, its mean over `subsamples` pairs; in expectation not below W1. */
  readonly upperBound: number;
  /** Of `upperBound`; 0 where the sides were taken whole: then it is W1 of the given points. */
  readonly upperStandardError: number;
  readonly subsamples: number;
}

/** How to look. */
export interface W1CertifyOptions {
  /** Other points of the source, say held out of training; default the source of the training, drawn afresh. */
  readonly source?: Samples;
  readonly target?: Samples;
  /** Points of each side; default 8192. Fewer rows than that are taken whole. */
  readonly count?: number;
  /** Points of each side in an exact solve; default 512. */
  readonly exactPoints?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Certifies `u` between two sides. */
export function certifyW1(
  u: Potential,
  trained: { readonly source: SampleSource; readonly target: SampleSource; readonly penalty: number },
  options: W1CertifyOptions = {},
): W1Certificate {
  const { count = 8192, exactPoints = 512, seed = 1 } = options;
  const [source, target] = readPair(options.source ?? trained.source, options.target ?? trained.target);
  const { estimate, standardError, ...rest } = estimateW1(u, source, target, {
    penalty: trained.penalty,
    count,
    seed,
    stream: streams.certificate,
  });
  const above = exactW1(source, target, { exactPoints, seed });
  return {
    kind: "statistical",
    estimate,
    standardError,
    bias: "Above W1 by the second order of 1 / penalty if u is optimal; below it as far as u is not.",
    ...rest,
    lowerBound: Math.max(0, rest.dual) / Math.max(1, rest.slope.max),
    upperBound: above.mean,
    upperStandardError: above.standardError,
    subsamples: above.repeats,
  };
}

/** Mean exact W1 between subsamples of two sides, by {@link emd}; a side with no more rows than `exactPoints` is taken whole. */
export function exactW1(
  source: SampleSource,
  target: SampleSource,
  { exactPoints, seed }: { readonly exactPoints: number; readonly seed: number },
): { readonly mean: number; readonly standardError: number; readonly repeats: number } {
  const all = [source, target].every((side) => side.points !== null && side.points.rows <= exactPoints);
  const repeats = all ? 1 : 4;
  const draw = random(seed, streams.certificate + 1);
  const take = (side: SampleSource): { data: Float32Array; rows: number; cols: number } => {
    const whole = side.points !== null && side.points.rows <= exactPoints;
    const data = whole && side.points !== null ? side.points.data : drawn(side, exactPoints, draw);
    return { data, rows: data.length / side.dimension, cols: side.dimension };
  };
  const values = Array.from(
    { length: repeats },
    () => emd(null, null, points(take(source), take(target), "euclidean")).transportCost,
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / repeats;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: all ? 0 : Math.sqrt(squares / (repeats - 1) / repeats), repeats };
}
