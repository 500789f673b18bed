// The exact barycenter on a fixed support, for small problems: min over a of sum w_k W(a, b_k), a linear program.
// Agueh, Carlier (2011); Anderes, Borgwardt, Miller (2016).

import { OtError } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { dot, sum } from "../linalg/sum.ts";
import type { Weights } from "../measure/weights.ts";
import type { DualityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type BarycenterCost, type BarycenterProblem, readBarycenter } from "./problem.ts";
import { type ProgramState, programRows, startProgram } from "./simplex.ts";

/** Options of {@link exactBarycenter}. */
export interface ExactBarycenterOptions extends RunOptions {
  /** Relative difference of the masses up to which they are scaled to that of the first input; default 1e-9. */
  readonly massTolerance?: number;
}

/** An exact barycenter on a fixed support. */
export interface ExactBarycenterResult {
  /** Its masses at the n points of the support. */
  readonly weights: Float64Array;
  /** sum w_k <P_k, C_k>, by exact transport from the barycenter to each input. */
  readonly value: number;
  readonly report: Report;
  /** Duality: `dual` is a lower bound of the value of every barycenter on this support. */
  certify(): DualityCertificate;
}

/**
 * The barycenter without entropy: masses on the rows of `C` that minimise sum w_k W_k, exactly.
 *
 * A linear program with sum n m_k variables by the simplex method: n + m_k of some tens for each input are a matter of seconds, and an inverse of
 * more than 3000 rows is refused. Larger problems: {@link barycenter} with a small epsilon.
 *
 * @param inputs masses of each input, of equal totals; null: uniform
 * @param C the cost from the support to the atoms of the inputs: one for all, or a list of costs
 * @param weights of the inputs, made to sum to 1; null: equal
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `OutOfMemory` (too many rows).
 */
export interface ExactBarycenter {
  (
    inputs: readonly Weights[],
    C: BarycenterCost,
    weights?: Weights,
    options?: ExactBarycenterOptions,
  ): ExactBarycenterResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    inputs: readonly Weights[],
    C: BarycenterCost,
    weights?: Weights,
    options?: ExactBarycenterOptions & Pick<AsyncOptions, "signal">,
  ): Promise<ExactBarycenterResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    inputs: readonly Weights[],
    C: BarycenterCost,
    weights?: Weights,
    options?: ExactBarycenterOptions,
  ): Run<ExactBarycenterResult>;
}

const mostRows = 3000;
/** Pivots between two yields. */
const chunk = 16;

/** Exact barycenters on a fixed support; see {@link ExactBarycenter}. */
export const exactBarycenter: ExactBarycenter = /*#__PURE__*/ defineSolver<
  [readonly Weights[], BarycenterCost, Weights | undefined],
  ExactBarycenterOptions,
  ExactBarycenterResult
>(3, (control, [inputs, C, weights], options) => {
  const problem = readBarycenter(inputs, C, weights ?? null, true, options.massTolerance);
  const rows = programRows(problem.n, problem.inputs);
  if (rows <= mostRows) return run(control, problem, options.seed ?? 0);
  throw new OtError("OutOfMemory", `The linear program has ${rows} rows, the limit is ${mostRows}.`, {
    argument: "inputs",
    seen: rows,
    cure: "Use fewer atoms, or barycenter with a small epsilon.",
  });
}) as ExactBarycenter;

function* run(
  control: RunControl<ExactBarycenterResult>,
  problem: BarycenterProblem,
  seed: number,
): Generator<Progress, ExactBarycenterResult, void> {
  const { inputs, costs, shares, n, masses } = problem;
  const used = inputs.map((_, k) => k).filter((k) => shares[k] > 0);
  const kept = used.map((k) => Int32Array.from(inputs[k].keys()).filter((y) => inputs[k][y] > 0));
  const reduced = used.map((k, at) => {
    const C = new Float64Array(n * kept[at].length);
    for (let x = 0, place = 0; x < n; x++) {
      const row = costs[k].block(x, x + 1);
      for (const y of kept[at]) {
        if (!Number.isFinite(row[y])) throw forbidden(k);
        C[place++] = shares[k] * row[y];
      }
    }
    return C;
  });
  const program = startProgram(
    { n, inputs: used.map((k, at) => Float64Array.from(kept[at], (y) => inputs[k][y])), costs: reduced },
    bestPoint(problem),
    seed,
  );
  let iterations = 0;
  let status: Status = "optimal";
  control.offer(() => finish("stopped"));
  while (program.pivot()) {
    if (++iterations % chunk > 0 && iterations < control.maxIterations) continue;
    yield { phase: "simplex", iteration: iterations, error: 1, elapsedMs: control.elapsedMs() };
    const interrupted = iterations >= control.maxIterations ? "maxIterations" : control.interrupted();
    if (interrupted !== null) {
      status = interrupted;
      break;
    }
  }
  return finish(status);

  function finish(ended: Status): ExactBarycenterResult {
    const found = program.weights();
    const total = sum(found);
    const weights = found.map((value) => value * (masses[0] / total));
    const primal = used.reduce((value, k) => value + shares[k] * emd(weights, inputs[k], costs[k]).value, 0);
    const duals = program.duals();
    return {
      weights,
      value: primal,
      report: {
        status: ended,
        method: "simplex",
        why: "a small linear program",
        backend: "js",
        iterations,
        error: 0,
        tolerance: 0,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: () => certificate(problem, used, duals, primal, total),
    };
  }
}

/** phi_k are made to sum to 0, and their c-transforms g_k bound every barycenter: sum <g_k, b_k>. */
function certificate(
  { inputs, costs, shares, n, masses }: BarycenterProblem,
  used: readonly number[],
  duals: ReturnType<ProgramState["duals"]>,
  primal: number,
  total: number,
): DualityCertificate {
  const excess = Float64Array.from({ length: n }, (_, x) => duals.reduce((value, phi) => value + phi[x], 0));
  let dual = 0;
  let magnitude = 0;
  used.forEach((k, at) => {
    const g = new Float64Array(inputs[k].length).fill(Infinity);
    for (let x = 0; x < n; x++) {
      const row = costs[k].block(x, x + 1);
      const phi = duals[at][x] - excess[x] / used.length;
      for (let y = 0; y < g.length; y++) g[y] = Math.min(g[y], shares[k] * row[y] - phi);
    }
    dual += dot(g, inputs[k]);
    magnitude += dot(g.map(Math.abs), inputs[k]);
  });
  const gap = primal - dual;
  return {
    kind: "duality",
    problem: "exact",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / Math.max(primal, magnitude),
    primalResidual: Math.abs(total - masses[0]) / masses[0],
    dualInfeasibility: excess.reduce((worst, value) => Math.max(worst, -value), 0),
  };
}

/** The point of the support to which all mass goes most cheaply. */
function bestPoint({ inputs, costs, shares, n }: BarycenterProblem): number {
  const price = new Float64Array(n);
  inputs.forEach((input, k) => {
    if (shares[k] > 0)
      costs[k].apply(input, 0).forEach((value, x) => {
        price[x] += shares[k] * value;
      });
  });
  return price.indexOf(price.reduce((low, value) => Math.min(low, value), Infinity));
}

function forbidden(k: number): OtError {
  return new OtError("Unsupported", `A cost of inputs[${k}] is infinite.`, {
    argument: "C",
    seen: Infinity,
    cure: "Use finite costs.",
  });
}
