// Which iteration is asked for, and the rule that Sinkhorn's own updates follow then.
import { optionOutOfRange } from "../../errors/otError.ts";
import type { EntropicProblem } from "../problem.ts";
import { anderson } from "./anderson.ts";
import { heavyBall } from "./momentum.ts";
import { adaptiveRelaxation, constantRelaxation, type Relaxation } from "./relaxation.ts";

const accelerations = ["auto", "none", "overRelaxation", "heavyBall", "anderson", "newton"] as const;

/**
 * How `sinkhorn` goes on from Sinkhorn's iteration. `"none"`: as it is; `"overRelaxation"`: longer updates; `"heavyBall"`: with momentum;
 * `"anderson"`: the last 20 iterates combined; `"newton"`: Newton's method by conjugate gradients over kept entries; `"auto"`: Newton's method where
 * the rate that is seen predicts more than a few iterations, over-relaxation where entries are not kept.
 */
export type Acceleration = (typeof accelerations)[number];

/** The options that are about acceleration. */
export interface AccelerationOptions {
  /** See {@link Acceleration}; default `"auto"`. All lead to the same answer; each falls back to plain iterations where it does not help. */
  readonly acceleration?: Acceleration;
  /** Factor of every update, in [1, 2): 1 is Sinkhorn's own; a number excludes Newton's method. Default `"auto"`: chosen from the rate that is seen. */
  readonly overRelaxation?: number | "auto";
  /** Momentum of `"heavyBall"`, in [0, 1); default `"auto"`: chosen from the rate that is seen. */
  readonly momentum?: number | "auto";
}

/** The same, checked. */
export type AccelerationChoice = Required<AccelerationOptions>;

/** Throws `InvalidValue` for what is out of range. */
export function readAcceleration(options: AccelerationOptions): AccelerationChoice {
  const { acceleration = "auto", overRelaxation = "auto", momentum = "auto" } = options;
  if (!accelerations.includes(acceleration)) {
    throw optionOutOfRange("acceleration", acceleration, `Use one of ${accelerations.join(", ")}.`);
  }
  if (overRelaxation !== "auto" && !(overRelaxation >= 1 && overRelaxation < 2)) {
    throw optionOutOfRange("overRelaxation", overRelaxation, 'Use "auto" or a number in [1, 2).');
  }
  if (momentum !== "auto" && !(momentum >= 0 && momentum < 1)) {
    throw optionOutOfRange("momentum", momentum, 'Use "auto" or a number in [0, 1).');
  }
  return { acceleration, overRelaxation, momentum };
}

/** Where Newton's method may take over. */
export function newtonOf({ acceleration, overRelaxation }: AccelerationChoice): "always" | "predicted" | undefined {
  if (acceleration === "newton") return "always";
  return acceleration === "auto" && overRelaxation === "auto" ? "predicted" : undefined;
}

/** A fresh rule for the updates that are Sinkhorn's. */
export function ruleOf(choice: AccelerationChoice, { b, mass }: EntropicProblem): Relaxation {
  const { acceleration, overRelaxation, momentum } = choice;
  if (acceleration === "none") return constantRelaxation(1);
  if (acceleration === "heavyBall") return heavyBall(momentum);
  if (acceleration === "anderson") return anderson(mass > 0 ? b.map((weight) => weight / mass) : b);
  return overRelaxation === "auto" ? adaptiveRelaxation() : constantRelaxation(overRelaxation);
}
