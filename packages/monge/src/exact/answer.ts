// From an engine's answer to the caller's Result: all atoms again, value, report, certificate.
import type { Cost } from "../cost/cost.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import { l1Distance, sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import { sparsePlan } from "../plan/sparse.ts";
import { certifyExact, type ExactClaim } from "../run/certificate.ts";
import type { Potentials } from "../run/options.ts";
import { centrePotentials, completePotentials } from "../run/potentials.ts";
import type { Result } from "../run/result.ts";
import type { Prepared } from "./prepare.ts";
import type { ExactAnswer } from "./problem.ts";

/** How the engine was chosen. */
export interface Choice {
  readonly method: string;
  readonly why: string;
}

/** Builds the result of an exact solve. */
export function exactResult(
  prepared: Prepared,
  answer: ExactAnswer,
  choice: Choice,
  duals: "centred" | "free",
  elapsedMs: number,
): Result {
  const { a, b, problem, massAdjustment } = prepared;
  const { cost, rows, cols } = problem;
  const [n, m] = cost.shape;
  const i = rows === null ? answer.i : answer.i.map((row) => rows[row]);
  const j = cols === null ? answer.j : answer.j.map((column) => cols[column]);
  const plan = sparsePlan(sparseFromEntries(n, m, i, j, answer.mass));
  const transportCost = sum(answer.mass.map((mass, k) => mass * cost.at(i[k], j[k])));
  const mass = sum(a);
  let potentials: Potentials | undefined;
  // Potentials of atoms without mass cost a sweep over the pairs: only when somebody asks.
  const complete = (): Potentials => {
    if (potentials === undefined) {
      const free = allPotentials(cost, answer, rows, cols);
      potentials = duals === "free" ? free : centrePotentials(free, a, b);
    }
    return potentials;
  };
  // Atoms without mass take no part in the proof: any number stands for their potentials.
  const claim = (): ExactClaim => {
    const proof = { f: spread(answer.f, rows, n, 0), g: spread(answer.g, cols, m, 0) };
    return { cost, a, b, plan, potentials: proof };
  };
  return {
    value: transportCost,
    transportCost,
    plan,
    get potentials() {
      return complete();
    },
    report: {
      status: answer.status,
      method: choice.method,
      why: choice.why,
      backend: "wasm-simd",
      iterations: answer.iterations,
      error: mass > 0 ? marginalError(plan, a, b) / mass : 0,
      tolerance: 0,
      massAdjustment,
      elapsedMs,
      warnings: [],
    },
    problem: { cost, a, b },
    certify: Object.assign(() => certifyExact(claim())(), {
      async: (options = {}) => certifyExact(claim()).async(options),
    }),
  };
}

function marginalError(plan: Plan, a: Float64Array, b: Float64Array): number {
  const row = plan.marginal(0);
  const column = plan.marginal(1);
  return l1Distance(row, a) + l1Distance(column, b);
}

/** Atoms without mass get the largest potential that keeps f_i + g_j <= C_ij: the c-transform, rows first. */
function allPotentials(cost: Cost, answer: ExactAnswer, rows: Int32Array | null, cols: Int32Array | null): Potentials {
  if (rows === null && cols === null) return { f: answer.f, g: answer.g };
  const [n, m] = cost.shape;
  // NaN marks a potential that is still to be found: it loses every comparison.
  const f = spread(answer.f, rows, n, NaN);
  const g = spread(answer.g, cols, m, NaN);
  const potentials = { f, g };
  completePotentials(cost, potentials);
  return potentials;
}

/** The values at their indices, `rest` elsewhere. */
function spread(values: Float64Array, indices: Int32Array | null, length: number, rest: number): Float64Array {
  if (indices === null) return Float64Array.from(values);
  const all = new Float64Array(length).fill(rest);
  for (let k = 0; k < indices.length; k++) all[indices[k]] = values[k];
  return all;
}
