// Allocation: supplies are shipped to demands over lanes at least cost; what cannot be served is told, not refused.
// min sum c_l x_l + sum unmetCost_j u_j over 0 <= x_l <= capacity_l, shipped_i <= supply_i, served_j + u_j = demand_j. Hitchcock (1941).
import { sparse } from "../cost/sparse.ts";
import { emd } from "../exact/emd.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import type { Certify } from "../run/certificate.ts";
import type { AsyncOptions, RunOptions } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import type { Result } from "../run/result.ts";
import { mapRun, type Run, threeForms } from "../run/solver.ts";
import { Residual } from "./margins.ts";
import { type Network, networkOf } from "./network.ts";
import { type AllocationProblem, type IndexedLane, readProblem } from "./problem.ts";

/** What changes at the optimum with one unit more or less; it holds for small changes. */
export interface Margin {
  /** Change of the total cost. */
  readonly cost: number;
  /** Change of the unmet demand that has no `unmetCost`: -1, 0 or 1. */
  readonly unmet: number;
}

/** What happens at a supply. */
export interface SupplyAnswer {
  readonly name: string;
  readonly amount: number;
  readonly shipped: number;
  readonly left: number;
  /** If there were a unit more. */
  readonly oneMore: Margin;
  /** If there were a unit less; null where there is nothing. */
  readonly oneLess: Margin | null;
}

/** What happens at a demand. */
export interface DemandAnswer {
  readonly name: string;
  readonly amount: number;
  readonly served: number;
  readonly unmet: number;
  readonly oneMore: Margin;
  readonly oneLess: Margin | null;
}

/** A lane that is used. */
export interface Shipment {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  /** Per unit. */
  readonly cost: number;
  /** For a lane at its capacity: what one unit more of that would change. */
  readonly widened?: Margin;
}

/** The cheapest allocation. */
export interface Allocation {
  /** Cost of the shipments. */
  readonly shippingCost: number;
  /** Cost of unmet demand that has an `unmetCost`. */
  readonly unmetCost: number;
  readonly served: number;
  readonly unmet: number;
  readonly left: number;
  /** In the order of the lanes, amounts above 0. Whole numbers where all amounts and capacities are. */
  readonly shipments: readonly Shipment[];
  readonly supplies: readonly SupplyAnswer[];
  readonly demands: readonly DemandAnswer[];
  readonly report: Report;
  /**
   * Duality on the balanced problem that was solved (unmet demand and what is left as places of their own): demand that must be served
   * counts there at a cost beyond any route.
   */
  readonly certify: Certify;
}

/**
 * Ships supplies to demands at least cost.
 *
 * Totals need not agree: what is too much stays, what is missing is unmet. Demand without an `unmetCost` is served as far as possible,
 * whatever that costs; demand with one is served where that is cheaper. Each place carries what one unit more or less would change
 * (one-sided derivatives: where several optimal plans exist these differ, and potentials would give any number between them).
 *
 * Throws `InvalidShape` (nothing named), `InvalidValue` (unknown or double names, costs that are not finite), `NegativeMass`,
 * `KernelUnavailable`.
 */
export interface Allocate {
  (problem: AllocationProblem, options?: RunOptions): Allocation;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async(problem: AllocationProblem, options?: RunOptions & AsyncOptions): Promise<Allocation>;
  /** The same by hand: iterate for progress. */
  steps(problem: AllocationProblem, options?: RunOptions): Run<Allocation>;
}

/** Ships supplies to demands at least cost; see {@link Allocate}. */
export const allocate: Allocate = /*#__PURE__*/ threeForms<[AllocationProblem], RunOptions, Allocation>(
  1,
  ([given, options]) => {
    const problem = given as AllocationProblem;
    const lanes = readProblem(problem);
    const network = networkOf(problem, lanes);
    const { arcs, a, b } = network;
    const matrix = sparseFromEntries(
      a.length,
      b.length,
      arcs.map(({ row }) => row),
      arcs.map(({ column }) => column),
      arcs.map(({ cost }) => cost),
    );
    return mapRun(emd.steps(a, b, sparse(matrix), options as RunOptions | undefined), (result) =>
      allocationOf(problem, lanes, network, result),
    );
  },
);

function allocationOf(
  { supplies, demands }: AllocationProblem,
  lanes: readonly IndexedLane[],
  network: Network,
  { plan, report, certify }: Result,
): Allocation {
  const { arcs, missing, left, columnOf, limits, must } = network;
  const flow = Float64Array.from(arcs, ({ row, column }) => plan.at(row, column));
  const residual = new Residual(network, flow);
  const shippedOn = new Float64Array(lanes.length);
  arcs.forEach(({ lane }, k) => {
    if (lane >= 0) shippedOn[lane] = flow[k];
  });
  const margin = (distance: number): Margin => {
    const units = Math.round(distance / must);
    return { cost: distance - units * must + 0, unmet: units + 0 };
  };
  const [toLeft, fromLeft] = [residual.toColumn(left), residual.fromColumn(left)];
  const [fromMissing, toMissing] = [residual.fromRow(missing), residual.toRow(missing)];
  const sum = (values: Iterable<number>): number => {
    let total = 0;
    for (const value of values) total += value;
    return total;
  };
  const along = (which: "i" | "j", place: number): number =>
    sum(lanes.map((lane, k) => (lane[which] === place ? shippedOn[k] : 0)));
  const supplyAnswers = supplies.map(({ name, amount }, i) => {
    const shipped = along("i", i);
    const oneLess = amount > 0 ? margin(fromLeft.row(i)) : null;
    return { name, amount, shipped, left: amount - shipped, oneMore: margin(toLeft.row(i)), oneLess };
  });
  const demandAnswers = demands.map(({ name, amount }, j) => {
    const served = along("j", j);
    const oneLess = amount > 0 ? margin(toMissing.column(columnOf[j])) : null;
    return { name, amount, served, unmet: amount - served, oneMore: margin(fromMissing.column(columnOf[j])), oneLess };
  });
  const shipments = lanes.flatMap(({ i, j, cost, capacity }, k): Shipment[] => {
    const amount = shippedOn[k];
    if (!(amount > 0)) return [];
    const limit = amount >= capacity ? limits[k] : null;
    const widened = limit === null ? {} : { widened: margin(residual.fromRow(limit.row).column(limit.column)) };
    return [{ from: supplies[i].name, to: demands[j].name, amount, cost, ...widened }];
  });
  return {
    shippingCost: sum(lanes.map(({ cost }, k) => cost * shippedOn[k])),
    unmetCost: sum(demandAnswers.map(({ unmet }, j) => unmet * (demands[j].unmetCost ?? 0))),
    served: sum(demandAnswers.map(({ served }) => served)),
    unmet: sum(demandAnswers.map(({ unmet }) => unmet)),
    left: sum(supplyAnswers.map((answer) => answer.left)),
    shipments,
    supplies: supplyAnswers,
    demands: demandAnswers,
    report,
    certify,
  };
}
