// One problem of a batch in the memory that all of them use: iterations of the kernel through a schedule of epsilons.
import type { Workspace } from "../kernels/workspace.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { dot, sum } from "../linalg/sum.ts";
import type { Potentials, Status } from "../run/options.ts";
import { centrePotentials } from "../run/potentials.ts";
import { padded } from "./operators/operator.ts";
import type { Measured } from "./operators/sweeper.ts";
import type { EntropicProblem } from "./problem.ts";
import { epsilonSchedule } from "./schedule.ts";

/** The answer to one problem. */
export interface OneAnswer {
  readonly value: number;
  readonly potentials: Potentials;
  readonly measured: Measured;
  readonly epsilon: number;
  readonly status: Status;
  readonly iterations: number;
  readonly method: string;
  readonly why: string;
}

/** When to stop. */
export interface OneSettings {
  readonly epsilon: number;
  /** The largest finite |C_ij|. */
  readonly largest: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Error at which the next epsilon is taken, and iterations after which it is anyhow. */
const coarse = 0.05;
const coarseIterations = 20;
/** Iterations after which a problem is one for `sinkhorn` and all its means; rounds with the scalings taken in. */
const mostIterations = 3000;
/** Iterations whose fall of the error says how many more are needed: beyond this many times as many, the problem goes as well. */
const piece = 200;
const mostPieces = 5;
const mostRounds = 40;

/** Solves a problem whose size is that of the workspace; null where it is too hard for plain scalings. */
export function iterateOne(
  workspace: Workspace,
  problem: EntropicProblem,
  { data }: Matrix<Floats>,
  { epsilon, largest, tolerance, maxIterations }: OneSettings,
): OneAnswer | null {
  const { call } = workspace;
  const { a, b, mass } = problem;
  const n = a.length;
  const m = b.length;
  if (mass === 0) return null;
  fill(workspace, a, b, mass, data);
  call["batchClear"]();
  const { schedule, why } = epsilonSchedule(epsilon, largest, "auto", false);
  let iterations = 0;
  let status: Status = "maxIterations";
  const limit = Math.min(maxIterations, mostIterations);
  for (const [level, step] of schedule.entries()) {
    const last = level === schedule.length - 1;
    for (let round = 0; ; round++) {
      if (round === mostRounds) return null;
      call["batchBegin"](Math.LOG2E / step);
      if (call["batchState"]() !== 0) return null;
      if (last) {
        for (let before = Infinity; iterations < limit && call["batchState"]() === 0; ) {
          iterations += call["batchIterate"](Math.min(limit - iterations, piece), tolerance);
          const error = call["batchError"]();
          let ahead = error;
          for (let k = 0; k < mostPieces; k++) ahead *= error / before;
          if (ahead > tolerance && iterations < maxIterations) return null;
          before = error;
        }
      } else iterations += call["batchIterate"](Math.min(limit - iterations, coarseIterations), coarse);
      const out = call["batchState"]() === 2;
      call["batchMeasure"]();
      if (!last) break;
      const error = call["batchError"]();
      if (error <= tolerance) {
        status = "converged";
        break;
      }
      if (Number.isNaN(error) || (iterations >= limit && limit < maxIterations)) return null;
      if (iterations >= limit) break;
      // The goal was reached but for rounding: no better answer is to be had here.
      if (!out && round > 3) return null;
    }
  }
  call["batchEmpty"]();
  const unscale = epsilon / Math.LOG2E;
  const given = {
    f: workspace.f64(call["batchF"](), n).map((value) => value * unscale),
    g: workspace.f64(call["batchG"](), m).map((value) => value * unscale),
  };
  const potentials = centrePotentials(given, a, b);
  const rows = workspace.f64(call["batchR"](), n).map((share, i) => share * a[i]);
  return {
    value: dot(potentials.f, a) + dot(potentials.g, b) - epsilon * (sum(rows) - mass),
    potentials,
    measured: { error: call["batchError"](), transportCost: call["batchCost"]() * mass, rows },
    epsilon,
    status,
    iterations,
    method: "sinkhorn over a kept matrix",
    why: `one of a batch; ${why}`,
  };
}

function fill(workspace: Workspace, a: Float64Array, b: Float64Array, mass: number, data: Floats): void {
  const { call } = workspace;
  const n = a.length;
  const m = b.length;
  const width = padded(m);
  const sources = workspace.f64(call["batchA"](), n);
  for (let i = 0; i < n; i++) sources[i] = a[i] / mass;
  const targets = workspace.f64(call["batchB"](), width);
  targets.fill(0);
  for (let j = 0; j < m; j++) targets[j] = b[j] / mass;
  const costs = workspace.f64(call["batchCosts"](), n * width);
  if (width === m) {
    costs.set(data);
    return;
  }
  costs.fill(Infinity);
  for (let i = 0; i < n; i++) costs.set(data.subarray(i * m, (i + 1) * m), i * width);
}
