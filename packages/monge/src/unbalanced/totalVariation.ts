// Unbalanced transport under total variation is partial transport: mass that stays pays rho, and dummy atoms take it. Exact.
// Where one side is dearer than the other by more than a cost, mass is rather made or wasted at that cost, through the same dummies.
import type { Cost } from "../cost/cost.ts";
import type { Marginal } from "../entropic/relaxed/penalty.ts";
import { OtError } from "../errors/otError.ts";
import { withDummies } from "../exact/dummies.ts";
import { type EmdOptions, emd } from "../exact/emd.ts";
import { sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Result } from "../run/result.ts";
import { mapRun, type Run } from "../run/solver.ts";
import { type UnbalancedResult, unbalancedResult } from "./answer.ts";
import { missed } from "./certificate.ts";
import type { UnbalancedProblem } from "./problem.ts";

/** Whether both sides are total variation or equality. */
export function isLinear({ source, target }: UnbalancedProblem): boolean {
  const linear = (side: Marginal): boolean => side === "equal" || side.kind === "TV";
  return linear(source) && linear(target);
}

/** Starts the run. Throws `InvalidValue` where the objective has no lower bound. */
export function startLinear(problem: UnbalancedProblem, options: EmdOptions): Run<UnbalancedResult> {
  const { cost, a, b } = problem;
  const [n, m] = cost.shape;
  const [rho, sigma] = [strength(problem.source), strength(problem.target)];
  // Both sides hard: refused here unless they balance.
  if (rho + sigma === Infinity && rho === sigma) balancedMasses(a, b, n, m, options.massTolerance);
  const least = leastCosts(cost);
  const cheapest = least.rows.reduce((low, value) => Math.min(low, value), Infinity);
  if (cheapest + rho + sigma < 0) {
    throw new OtError("InvalidValue", `A pair costs ${cheapest}: making and wasting mass on it pays without end.`, {
      argument: "C",
      seen: cheapest,
      cure: "Raise the strengths, so that their sum exceeds what the cheapest pair earns.",
    });
  }
  const extended = withDummies(cost, {
    rows: least.rows.map((value) => Math.min(rho, sigma + value)),
    columns: least.columns.map((value) => Math.min(sigma, rho + value)),
    corner: 0,
    limit: rho + sigma,
  });
  const run = emd.steps(Float64Array.of(...a, sum(b)), Float64Array.of(...b, sum(a)), extended, {
    ...options,
    massTolerance: 1e-9,
    duals: "free",
  });
  return mapRun(run, (result) => stripped(problem, result, least, n, m));
}

function strength(side: Marginal): number {
  return side === "equal" ? Infinity : side.strength;
}

interface Least {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  /** Where they are attained. */
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
}

function leastCosts(cost: Cost): Least {
  const [n, m] = cost.shape;
  const least: Least = {
    rows: new Float64Array(n).fill(Infinity),
    columns: new Float64Array(m).fill(Infinity),
    columnOf: new Int32Array(n),
    rowOf: new Int32Array(m),
  };
  const row = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    cost.block(i, i + 1, row);
    for (let j = 0; j < m; j++) {
      if (row[j] < least.rows[i]) {
        least.rows[i] = row[j];
        least.columnOf[i] = j;
      }
      if (row[j] < least.columns[j]) {
        least.columns[j] = row[j];
        least.rowOf[j] = i;
      }
    }
  }
  return least;
}

function stripped(problem: UnbalancedProblem, result: Result, least: Least, n: number, m: number): UnbalancedResult {
  const [rho, sigma] = [strength(problem.source), strength(problem.target)];
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  for (const [row, column, amount] of result.plan.entries()) {
    if (row === n && column === m) continue;
    // What goes to a dummy stays behind, unless sending it too many, or making it, was cheaper.
    if (column === m && sigma + least.rows[row] >= rho) continue;
    if (row === n && rho + least.columns[column] >= sigma) continue;
    i.push(row === n ? least.rowOf[column] : row);
    j.push(column === m ? least.columnOf[row] : column);
    mass.push(amount);
  }
  const { status, method, why, iterations, elapsedMs, error } = result.report;
  const answer = unbalancedResult(problem, {
    i,
    j,
    mass,
    potentials: () => {
      const { f, g } = result.potentials;
      return {
        f: f.slice(0, n).map((value) => Math.max(value + g[m], -rho)),
        g: g.slice(0, m).map((value) => Math.max(value + f[n], -sigma)),
      };
    },
    report: {
      status,
      method,
      why: `total variation is partial transport, by a dummy atom on either side; ${why}`,
      iterations,
      error,
      tolerance: 0,
      elapsedMs,
    },
  });
  const residual = missed(problem.source, answer.plan.marginal(0), problem.a);
  return { ...answer, report: { ...answer.report, backend: "wasm-simd", error: residual } };
}
