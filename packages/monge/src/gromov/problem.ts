// A checked Gromov-Wasserstein problem: structures, masses, loss and what a fused one adds, with its energy in the cheapest form that fits.
import { type Cost, type CostLike, toCost } from "../cost/cost.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import { denseEnergy } from "./denseEnergy.ts";
import type { Energy, LinearTerm } from "./energy.ts";
import { factoredEnergy } from "./factoredEnergy.ts";
import { type GromovLoss, type LossParts, lossParts } from "./loss.ts";
import { pointsEnergy } from "./pointsEnergy.ts";
import { largestEntry, readStructure, type Structure } from "./structure.ts";

/** What is solved: min alpha sum L(Cx_ik, Cy_jl) P_ij P_kl + <term, P>. */
export interface GromovProblem {
  readonly x: Structure;
  readonly y: Structure;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly massAdjustment: number;
  readonly loss: LossParts;
  /** The weight of the structure term; 1 unless fused. */
  readonly alpha: number;
  /** (1 - alpha) M, or null. */
  readonly term: LinearTerm | null;
  readonly seed: number;
}

/** Options that every problem of the family has. */
export interface StructureOptions {
  readonly loss?: GromovLoss;
  readonly massTolerance?: number;
  readonly seed?: number;
}

/** The fused part of a problem. */
export interface FusedPart {
  readonly M: CostLike;
  readonly alpha: number | undefined;
}

/** Structures, loss and linear term without masses. Throws `InvalidShape` and `InvalidValue`. */
export function readSides(
  Cx: CostLike,
  Cy: CostLike,
  fused: FusedPart | null,
  loss: GromovLoss = "square",
): Pick<GromovProblem, "x" | "y" | "loss" | "alpha" | "term"> {
  const x = readStructure(Cx, "Cx");
  const y = readStructure(Cy, "Cy");
  if (loss === "KL") {
    requireNonNegative(x, "Cx");
    requireNonNegative(y, "Cy");
  }
  const parts = lossParts(loss, loss === "KL" ? largestEntry(y) : 1);
  if (fused === null) return { x, y, loss: parts, alpha: 1, term: null };
  const alpha = fused.alpha ?? 0.5;
  if (!(alpha >= 0 && alpha <= 1)) {
    throw optionOutOfRange(
      "alpha",
      alpha,
      "Use a number from 0 (only M) to 1 (only the structures); 0.5 is the default.",
    );
  }
  const cost = toCost(fused.M);
  requireFitting(cost, x.n, y.n);
  return { x, y, loss: parts, alpha, term: { cost, weight: 1 - alpha } };
}

/** The checked problem with masses that balance. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`. */
export function readGromov(
  Cx: CostLike,
  Cy: CostLike,
  a: Weights,
  b: Weights,
  fused: FusedPart | null,
  options: StructureOptions,
): GromovProblem {
  const sides = readSides(Cx, Cy, fused, options.loss);
  const masses = balancedMasses(a, b, sides.x.n, sides.y.n, options.massTolerance);
  return { ...sides, ...masses, mass: sum(masses.a), seed: options.seed ?? 0 };
}

function requireFitting(cost: Cost, n: number, m: number): void {
  const [rows, cols] = cost.shape;
  if (rows !== n || cols !== m) {
    throw new OtError("InvalidShape", `M is ${rows} x ${cols} between ${n} and ${m} atoms.`, {
      argument: "M",
      seen: [rows, cols],
      cure: "Pass one row of M for each atom of x and one column for each atom of y.",
    });
  }
  const forbids = cost.kind === "sparse" || (cost.kind === "dense" && cost.matrix.data.includes(Infinity));
  if (!forbids) return;
  throw new OtError("Unsupported", "M forbids pairs, and a plan to start from may use all of them.", {
    argument: "M",
    seen: Infinity,
    cure: "Give forbidden pairs a large finite cost.",
  });
}

function requireNonNegative(structure: Structure, argument: string): void {
  if (structure.points !== null) return;
  const least = structure.matrix().reduce((low, value) => Math.min(low, value), 0);
  if (least >= 0) return;
  throw new OtError(
    "InvalidValue",
    `${argument} has the entry ${least}, and the loss KL compares numbers of at least 0.`,
    {
      argument,
      seen: least,
      cure: 'Use the loss "square", or shift the entries.',
    },
  );
}

/** Which form of the energy fits, and why. */
export interface ChosenEnergy {
  readonly energy: Energy<unknown>;
  readonly why: string;
  close(): void;
}

/** Dimensions up to which the small matrices of points are decomposed at each step. */
const mostAxes = 64;

/** The energy of a problem over couplings of its masses. */
export function chooseEnergy({ x, y, a, b, loss, alpha, term }: GromovProblem): ChosenEnergy {
  const square = loss.name === "square";
  const [px, py] = [x.points, y.points];
  if (square && px !== null && py !== null && Math.max(px.d, py.d) <= mostAxes) {
    return {
      energy: pointsEnergy([px, py], a, b, alpha, term) as Energy<unknown>,
      why: `squared Euclidean structures in dimensions ${px.d} and ${py.d}: a plan is seen through ${px.d} x ${py.d} numbers`,
      close: () => {},
    };
  }
  const [fx, fy] = square ? [x.factors(), y.factors()] : [null, null];
  if (fx !== null && fy !== null) {
    const symmetric = x.symmetric && y.symmetric;
    return {
      energy: factoredEnergy([fx, fy], symmetric, a, b, alpha, term) as Energy<unknown>,
      why: `structures of ranks ${fx.rank} and ${fy.rank}: a plan is seen through ${fx.rank} x ${fy.rank} numbers`,
      close: () => {},
    };
  }
  const energy = denseEnergy([x, y], loss, a, b, alpha, term);
  return {
    energy: energy as Energy<unknown>,
    why: "matrices without a small rank: products of matrices at each step",
    close: energy.close,
  };
}
