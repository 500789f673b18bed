// One pair of histograms after the other in one workspace: masses of all grids from fine to coarse, a start, the exact search.
// Coarse grids halve the cells along either axis until 64 are left; their potentials begin the start on the next finer one.
import { outOfMemory, type Workspace } from "../../kernels/workspace.ts";
import { sum } from "../../linalg/sum.ts";

/** The optimum of one pair, from both sides, for a side of a cell and masses of 1. */
export interface RasterAnswer {
  readonly primal: number;
  readonly dual: number;
}

/** Quanta of a histogram: sums of them are exact. */
const total = 2 ** 50;
/** Sinkhorn iterations on the finest grid and on the others: measured on 28 x 28 X-rays. */
const iterations = { finest: 30, coarser: 20 } as const;
/** Reduced cost up to which pairs are listed at first. */
const firstReach = 4;
const fewestCells = 64;
const arcBytes = 36;

/** Shares of the mass in whole quanta, 2^50 in all; the rounding error of each cell is carried to the next. */
export function wholeMasses(weights: Float64Array): Float64Array {
  const unit = total / sum(weights);
  let carry = 0;
  const whole = weights.map((weight) => {
    if (weight === 0) return 0;
    const exact = weight * unit;
    const rounded = Math.max(0, Math.round(exact + carry));
    carry += exact - rounded;
    return rounded;
  });
  const heaviest = whole.reduce((best, mass, k) => (mass > whole[best] ? k : best), 0);
  whole[heaviest] += total - whole.reduce((before, mass) => before + mass, 0);
  return whole;
}

/** Binds the workspace to histograms (whole masses) on a grid; `solve(i, j)` may then be called for any two. */
export function rasterSolver(
  workspace: Workspace,
  [h, w]: readonly [number, number],
  histograms: readonly Float64Array[],
): { solve(i: number, j: number): RasterAnswer } {
  const { call } = workspace;
  const cells = h * w;
  const grids: [number, number][] = [[h, w]];
  for (let [y, x] = [h, w]; y * x > fewestCells; ) {
    [y, x] = [(y + 1) >> 1, (x + 1) >> 1];
    grids.push([y, x]);
  }
  const scratch = workspace.alloc(call["startBytes"](h, w));
  const masses = grids.map(([y, x]) => workspace.alloc(8 * y * x * histograms.length));
  const base = workspace.mark();
  let arcs = Math.min(cells * cells, 96 * cells);
  let address = reserve();
  const loaded = new Uint8Array(histograms.length);

  function reserve(): number {
    const bytes = (cells + 2) * 100 + arcs * arcBytes + 65536;
    if (base + bytes > 2 ** 32) throw outOfMemory(base + bytes);
    return workspace.alloc(call["rasterBytes"](cells, arcs) >>> 0);
  }

  const at = (level: number, k: number): number => masses[level] + 8 * grids[level][0] * grids[level][1] * k;

  function load(k: number): void {
    if (loaded[k] === 1) return;
    loaded[k] = 1;
    workspace.f64(at(0, k), cells).set(histograms[k]);
    for (let level = 1; level < grids.length; level++) {
      call["rasterBind"](...grids[level - 1], address, arcs);
      call["rasterCoarsen"](at(level - 1, k), at(level, k));
    }
  }

  function start(i: number, j: number): void {
    const last = grids.length - 1;
    for (let level = last; level >= 0; level--) {
      call["rasterBind"](...grids[level], address, arcs);
      call["rasterMasses"](at(level, i), at(level, j));
      call["startBind"](h, w, scratch);
      call[level === last ? "startZero" : "startRefine"]();
      call["startIterate"](level === 0 ? iterations.finest : iterations.coarser);
    }
    call["startRound"]();
  }

  function solve(i: number, j: number): RasterAnswer {
    load(i);
    load(j);
    start(i, j);
    for (let reach = firstReach; ; reach *= 2) {
      const state = call["rasterRun"](Math.min(reach, 2 ** 29));
      if (state === 0) return { primal: call["rasterPrimal"]() / total, dual: call["rasterDual"]() / total };
      if (state === 1) continue;
      // The lists do not fit: a larger room, and from the start again.
      workspace.release(base);
      arcs = Math.min(cells * cells, 2 * arcs);
      address = reserve();
      start(i, j);
    }
  }

  return { solve };
}
