// Exact optimal transport: min over plans P >= 0 with P 1 = a and P^T 1 = b of <P, C>.
// Kantorovich (1942); the value is the earth mover's distance, or W_p^p where C_ij = |x_i - y_j|^p.
import { type CostLike, toCost } from "../cost/cost.ts";
import { isOtError, OtError } from "../errors/otError.ts";
import { exact } from "../kernels/exact.ts";
import { giveBack, lease } from "../kernels/workspace.ts";
import type { Weights } from "../measure/weights.ts";
import type { AsyncOptions, Potentials, Progress, RunOptions } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { exactResult } from "./answer.ts";
import { chooseEngine, type ExactMethod } from "./engines.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { type Engine, type ExactAnswer, nothing } from "./problem.ts";

/** Options of {@link emd}. */
export interface EmdOptions extends RunOptions {
  /** The engine; default `"auto"`: chosen from the problem, and named with the reason in the report. */
  readonly method?: ExactMethod | "auto";
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
  /** Potentials to start from, say of a similar problem; in the unit of C. */
  readonly warmStart?: Potentials;
  /** `"centred"` (default): <f, a> = <g, b>; `"free"`: as the engine left them. They differ by one constant. */
  readonly duals?: "centred" | "free";
}

/**
 * Exact optimal transport between masses `a` (n) and `b` (m) under the cost `C` (n x m).
 *
 * Minimises <P, C> over P >= 0 with P 1 = a and P^T 1 = b. The plan is sparse, with at most n + m - 1 entries unless a
 * limit stopped the run; the potentials satisfy f_i + g_j <= C_ij with equality where P_ij > 0.
 *
 * @param a masses of the sources, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the targets
 * @param C a matrix (array of rows, `{ data, rows, cols }`, CSR) or a cost: `cost.points(x, y)`, `cost.grid([64, 64])`, ..
 *
 * A limit (`maxIterations`, `timeLimitMs`, `stopWhen`) is no error: the result then holds a feasible plan, and `certify()`
 * says how far it can be from the optimum.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `Infeasible` (with a witness), `OutOfMemory`,
 * `Unsupported` (an engine that cannot take this problem), `KernelUnavailable`.
 */
export interface Emd {
  (a: Weights, b: Weights, C: CostLike, options?: EmdOptions): Result;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async<C extends CostLike>(a: Weights, b: Weights, C: C, options?: EmdOptions & AsyncOptions<C>): Promise<Result>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(a: Weights, b: Weights, C: CostLike, options?: EmdOptions): Run<Result>;
}

/** Exact optimal transport; see {@link Emd}. */
export const emd: Emd = /*#__PURE__*/ defineSolver<[Weights, Weights, CostLike], EmdOptions, Result>(
  3,
  (control, [a, b, C], options) => {
    const prepared = prepare(a, b, toCost(C), options);
    const duals = options.duals ?? "centred";
    if (duals !== "centred" && duals !== "free") {
      throw new OtError("InvalidValue", `duals is ${JSON.stringify(duals)}.`, {
        argument: "options.duals",
        seen: duals,
        cure: 'Use "centred" or "free".',
      });
    }
    return run(control, prepared, options.method ?? "auto", duals);
  },
  "emd",
);

function* run(
  control: RunControl<Result>,
  prepared: Prepared,
  method: ExactMethod | "auto",
  duals: "centred" | "free",
): Generator<Progress, Result, void> {
  const { problem } = prepared;
  if (problem.n === 0)
    return exactResult(prepared, nothing, { method: "none", why: "there is no mass to move" }, duals, 0);
  const { engine, why } = chooseEngine(problem, method);
  const finish = (answer: ExactAnswer): Result =>
    exactResult(prepared, answer, { method: engine.name, why }, duals, control.elapsedMs());
  return finish(yield* control.elsewhere(() => runEngine(engine, prepared, control, finish)));
}

function* runEngine(
  engine: Engine,
  { problem }: Prepared,
  control: RunControl<Result>,
  finish: (answer: ExactAnswer) => Result,
): Generator<Progress, ExactAnswer, void> {
  const workspace = lease(exact);
  let intact = true;
  try {
    return yield* engine.run(problem, workspace, {
      maxIterations: control.maxIterations,
      interrupted: control.interrupted,
      offer: (snapshot) => control.offer(() => finish(snapshot())),
      elapsedMs: control.elapsedMs,
    });
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
}
