// Supply and demand: who has what, who wants what, and the lanes between them with prices and capacities.
import { OtError } from "../errors/otError.ts";

/** A place that has an amount of the good. */
export interface Supply {
  /** Unique among the supplies. */
  readonly name: string;
  /** What is there, >= 0. */
  readonly amount: number;
}

/** A place that wants an amount of the good. */
export interface Demand {
  /** Unique among the demands. */
  readonly name: string;
  /** What is wanted, >= 0. */
  readonly amount: number;
  /** What a unit costs that does not come; absent: it must come if that is possible at all. */
  readonly unmetCost?: number;
}

/** A way for the good. Pairs without a lane are forbidden. */
export interface Lane {
  readonly from: string;
  readonly to: string;
  /** What a unit costs, finite; negative for a gain. */
  readonly cost: number;
  /** What the lane carries at most, >= 0; absent: no limit. */
  readonly capacity?: number;
}

/** An allocation problem. */
export interface AllocationProblem {
  readonly supplies: readonly Supply[];
  readonly demands: readonly Demand[];
  readonly lanes: readonly Lane[];
}

/** A lane by the places in the lists. */
export interface IndexedLane {
  readonly i: number;
  readonly j: number;
  readonly cost: number;
  /** Infinity: no limit. */
  readonly capacity: number;
}

/** Checks a problem. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, each with the name at fault. */
export function readProblem({ supplies, demands, lanes }: AllocationProblem): IndexedLane[] {
  const rows = places(supplies, "supplies");
  const columns = places(demands, "demands");
  for (const { name, unmetCost } of demands) {
    if (unmetCost === undefined || Number.isFinite(unmetCost)) continue;
    throw invalid(
      "demands",
      unmetCost,
      `The unmet cost of ${name} is ${unmetCost}.`,
      "Use a finite number, or leave it out.",
    );
  }
  const seen = new Set<number>();
  return lanes.map(({ from, to, cost, capacity = Infinity }) => {
    const [i, j] = [rows.get(from), columns.get(to)];
    if (i === undefined)
      throw invalid("lanes", from, `A lane starts at ${from}, which is no supply.`, "Name a supply.");
    if (j === undefined) throw invalid("lanes", to, `A lane ends at ${to}, which is no demand.`, "Name a demand.");
    const lane = `the lane from ${from} to ${to}`;
    if (!Number.isFinite(cost))
      throw invalid("lanes", cost, `The cost of ${lane} is ${cost}.`, "Use a finite cost; leave forbidden lanes out.");
    if (!(capacity >= 0))
      throw invalid(
        "lanes",
        capacity,
        `The capacity of ${lane} is ${capacity}.`,
        "Use a number of at least 0, or leave it out.",
      );
    if (seen.size === seen.add(i * demands.length + j).size)
      throw invalid("lanes", lane, `There are two of ${lane}.`, "Give each pair one lane.");
    return { i, j, cost, capacity };
  });
}

function places(sites: readonly (Supply | Demand)[], argument: string): Map<string, number> {
  if (sites.length === 0) {
    throw new OtError("InvalidShape", `There are no ${argument}.`, { argument, seen: 0, cure: "Name at least one." });
  }
  const found = new Map<string, number>();
  sites.forEach(({ name, amount }, k) => {
    if (found.has(name))
      throw invalid(argument, name, `There are two ${argument} called ${name}.`, "Give each a name of its own.");
    found.set(name, k);
    if (amount >= 0 && amount < Infinity) return;
    throw new OtError(amount < 0 ? "NegativeMass" : "InvalidValue", `The amount of ${name} is ${amount}.`, {
      argument,
      seen: amount,
      cure: "Use a finite number of at least 0.",
    });
  });
  return found;
}

function invalid(argument: string, seen: unknown, message: string, cure: string): OtError {
  return new OtError("InvalidValue", message, { argument, seen, cure });
}
