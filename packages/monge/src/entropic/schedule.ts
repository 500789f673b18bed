// Which epsilon is meant, and through which larger ones to reach it.
import { OtError } from "../errors/otError.ts";

/** The epsilon of the options, in the unit of the cost. Throws `InvalidValue` unless exactly one is given and above 0. */
export function readEpsilon(
  { epsilon, relativeEpsilon }: { readonly epsilon?: number; readonly relativeEpsilon?: number },
  largest: number,
): number {
  const [name, given] = epsilon === undefined ? ["relativeEpsilon", relativeEpsilon] : ["epsilon", epsilon];
  if (given === undefined || (epsilon !== undefined && relativeEpsilon !== undefined)) {
    throw new OtError(
      "InvalidValue",
      `${given === undefined ? "Neither" : "Both"} of epsilon and relativeEpsilon given.`,
      {
        argument: "options.epsilon",
        seen: given,
        cure: "Pass epsilon in the unit of the cost, or relativeEpsilon as a multiple of the largest cost: 0.01, say.",
      },
    );
  }
  if (!(given > 0 && given < Infinity)) {
    throw new OtError("InvalidValue", `${name} is ${given}.`, {
      argument: `options.${name}`,
      seen: given,
      cure: "Use a finite number above 0; for no entropy at all, call emd.",
    });
  }
  // Where every cost is 0 no epsilon matters.
  const value = epsilon === undefined && largest > 0 ? given * largest : given;
  if (value > 0 && largest / value < largestRatio) return value;
  throw new OtError("InvalidValue", `${name} ${given} is too small: the largest cost is ${largest}.`, {
    argument: `options.${name}`,
    seen: given,
    cure: "Use at least 1e-12 of the largest cost; for no entropy at all, call emd.",
  });
}

/** Beyond this ratio of cost and epsilon the exponents have no correct digit behind the point. */
const largestRatio = 1e12;

/** Where a schedule starts, and the factor between its steps. */
const first = 0.25;
const ratio = 0.25;
/** Above this multiple of the largest cost epsilon is reached at once. */
const direct = 5e-3;

/** The epsilons to pass through, the wanted one last. */
export function epsilonSchedule(
  epsilon: number,
  largest: number,
  annealing: "auto" | "none" | readonly number[],
  warm: boolean,
): { schedule: number[]; why: string } {
  if (typeof annealing !== "string") {
    const steps = [...annealing];
    if (steps.every((step) => step > epsilon && step < Infinity)) {
      return { schedule: [...steps, epsilon], why: "the schedule of epsilon was given" };
    }
    throw new OtError("InvalidValue", `The schedule ${JSON.stringify(steps)} does not stay above epsilon.`, {
      argument: "options.annealing",
      seen: annealing,
      cure: 'Use finite numbers above epsilon, "auto" or "none".',
    });
  }
  if (annealing === "none") return { schedule: [epsilon], why: "annealing was declined" };
  if (warm) return { schedule: [epsilon], why: "a warm start needs no annealing" };
  if (epsilon >= direct * largest) return { schedule: [epsilon], why: "epsilon is not small against the largest cost" };
  const schedule: number[] = [];
  for (let step = first * largest; step > epsilon / ratio ** 0.5; step *= ratio) schedule.push(step);
  return { schedule: [...schedule, epsilon], why: "epsilon is small against the largest cost: reached in steps" };
}

/** From one epsilon to a smaller one in steps alike, both included. */
export function fall(from: number, to: number): number[] {
  const schedule: number[] = [];
  for (let step = from; step > to / ratio ** 0.5; step *= ratio) schedule.push(step);
  return [...schedule, to];
}
