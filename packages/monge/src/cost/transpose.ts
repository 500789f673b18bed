// The same cost seen from the other side: C^T.
import type { Cost } from "./cost.ts";
import { custom } from "./custom.ts";
import { dense } from "./dense.ts";
import { gaussians } from "./gaussians.ts";
import { gridOfAxes } from "./grid.ts";
import { lowRank } from "./lowRank.ts";
import { points } from "./points.ts";

/** C^T, m x n. Points, grids and factors change places; a matrix is copied; other kinds are read entry by entry. */
export function transpose(cost: Cost): Cost {
  const [n, m] = cost.shape;
  if (cost.kind === "points") {
    const { norm, power, cosine } = cost.ground;
    return points(cost.y, cost.x, cosine ? "cosine" : { norm, power });
  }
  if (cost.kind === "lowrank") return lowRank(cost.B, cost.A);
  if (cost.kind === "gaussians") return gaussians(cost.target, cost.source);
  if (cost.kind === "grid") return gridOfAxes(cost.targetAxes, cost.sourceAxes, cost.power);
  if (cost.kind === "dense") {
    const { data } = cost.matrix;
    const turned = new Float64Array(n * m);
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) turned[j * n + i] = data[i * m + j];
    return dense({ data: turned, rows: m, cols: n });
  }
  return custom([m, n], (j, i) => cost.at(i, j));
}
