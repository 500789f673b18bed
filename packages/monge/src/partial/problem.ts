// What partial transport is asked: masses that need not balance, a cost, and either the mass to move or the pay for moving it.
import type { Cost } from "../cost/cost.ts";
import { OtError } from "../errors/otError.ts";
import { freeMasses } from "../measure/freeMasses.ts";
import type { Weights } from "../measure/weights.ts";
import type { Potentials } from "../run/options.ts";
import { readPotentials } from "../run/warmStart.ts";

/** A checked problem. */
export interface PartialProblem {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly massA: number;
  readonly massB: number;
  /** The mass to move, or what each unit earns. */
  readonly aim: { readonly mass: number } | { readonly lambda: number };
  /** mass / requested mass: 1 unless the request exceeded what there is by rounding. */
  readonly massAdjustment: number;
  readonly warmStart: Potentials | null;
}

/** The options that belong to the problem. */
export interface PartialAim {
  readonly mass?: number;
  readonly lambda?: number;
  readonly warmStart?: Potentials;
}

/** A request may exceed the lighter side by this, relatively: sums depend on their order. */
const rounding = 1e-9;

/** Checks the input. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`. */
export function readPartial(a: Weights, b: Weights, cost: Cost, options: PartialAim): PartialProblem {
  const [n, m] = cost.shape;
  const masses = freeMasses(a, b, n, m);
  const warmStart = readPotentials(options.warmStart, n, m);
  const { mass, lambda } = options;
  if (lambda !== undefined) {
    if (mass !== undefined) throw invalid("lambda", lambda, "comes beside mass", "Give mass or lambda, not both.");
    if (!Number.isFinite(lambda)) {
      throw invalid("lambda", lambda, `is ${lambda}`, "Use a finite price in the unit of C; or give the mass to move.");
    }
    return { ...masses, cost, aim: { lambda }, massAdjustment: 1, warmStart };
  }
  const most = Math.min(masses.massA, masses.massB);
  const wanted = mass ?? most;
  if (!(wanted >= 0 && wanted <= most * (1 + rounding))) {
    throw invalid(
      "mass",
      wanted,
      `is ${wanted}, a weighs ${masses.massA} and b weighs ${masses.massB}`,
      `Use a mass in [0, ${most}].`,
    );
  }
  const moved = Math.min(wanted, most);
  return { ...masses, cost, aim: { mass: moved }, massAdjustment: wanted > 0 ? moved / wanted : 1, warmStart };
}

function invalid(name: string, seen: unknown, what: string, cure: string): OtError {
  return new OtError("InvalidValue", `${name} ${what}.`, { argument: `options.${name}`, seen, cure });
}
