// A cost as plain data, for another thread: what describes it, without its methods; and back, entry for entry the same.
import type { Cost } from "./cost.ts";
import { type DenseCost, dense } from "./dense.ts";
import { type GaussiansCost, gaussians } from "./gaussians.ts";
import { type GridCost, gridOfAxes } from "./grid.ts";
import { type LowRankCost, lowRank } from "./lowRank.ts";
import { type PointsCost, pointsOf } from "./points.ts";
import { type SparseCost, sparse } from "./sparse.ts";

/** What describes a cost, by kind. */
export type CostData =
  | Pick<DenseCost, "kind" | "matrix">
  | Pick<SparseCost, "kind" | "matrix">
  | Pick<PointsCost, "kind" | "x" | "y" | "ground">
  | Pick<GridCost, "kind" | "sourceAxes" | "targetAxes" | "power">
  | Pick<LowRankCost, "kind" | "A" | "B">
  | Pick<GaussiansCost, "kind" | "source" | "target">;

/** Whether `value` is a cost. */
export function isCost(value: object): value is Cost {
  return "kind" in value && "block" in value;
}

/** The data of a cost; null for a custom cost, which is a function. */
export function costData(cost: Cost): CostData | null {
  switch (cost.kind) {
    case "dense":
      return { kind: cost.kind, matrix: cost.matrix };
    case "sparse":
      return { kind: cost.kind, matrix: cost.matrix };
    case "points":
      return { kind: cost.kind, x: cost.x, y: cost.y, ground: cost.ground };
    case "grid":
      return { kind: cost.kind, sourceAxes: cost.sourceAxes, targetAxes: cost.targetAxes, power: cost.power };
    case "lowrank":
      return { kind: cost.kind, A: cost.A, B: cost.B };
    case "gaussians":
      return { kind: cost.kind, source: cost.source, target: cost.target };
    case "custom":
      return null;
  }
}

/** The cost of such data. */
export function costOfData(data: CostData): Cost {
  switch (data.kind) {
    case "dense":
      return dense(data.matrix);
    case "sparse":
      return sparse(data.matrix);
    case "points":
      return pointsOf(data.x, data.y, data.ground);
    case "grid":
      return gridOfAxes(data.sourceAxes, data.targetAxes, data.power);
    case "lowrank":
      return lowRank(data.A, data.B);
    case "gaussians":
      return gaussians(data.source, data.target);
  }
}
