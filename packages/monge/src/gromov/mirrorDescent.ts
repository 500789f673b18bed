// Mirror descent in the geometry of the entropy: each step is entropic transport under the gradient. Peyre, Cuturi, Solomon (2016) with the
// entropy in the objective, Xu et al. (2019) with the plan before as its reference.
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { entropic } from "../kernels/entropic.ts";
import { backend } from "../kernels/module.ts";
import { densePlan } from "../plan/dense.ts";
import type { Potentials, Progress, Status } from "../run/options.ts";
import type { RunControl } from "../run/solver.ts";
import { type GromovResult, gromovResult, type StartReport } from "./answer.ts";
import { inside } from "./conditionalGradient.ts";
import { denseEnergy } from "./denseEnergy.ts";
import type { GromovRun } from "./options.ts";
import type { GromovProblem } from "./problem.ts";
import { startsOf } from "./starts.ts";

/** Where it is not given, the proximal step's entropy as a share of what the product pays. */
const proximalShare = 0.02;
/** Error of the marginals of an inner solve, as a share of the change that is looked for. */
const innerShare = 0.1;

/** Solves by entropic steps, from the first start that is a plan. */
export function* mirrorDescent(
  control: RunControl<GromovResult>,
  problem: GromovProblem,
  { method, epsilon: given, tolerance, initial, starts }: GromovRun,
): Generator<Progress, GromovResult, void> {
  const { x, y, a, b, mass, loss, alpha, term } = problem;
  const [n, m] = [x.n, y.n];
  const proximal = method === "proximal";
  const energy = denseEnergy([x, y], loss, a, b, alpha, term);
  const reports: StartReport[] = [];
  let best = { plan: new Float64Array(0), value: Infinity, error: Infinity, status: "stopped" as Status };
  let current = new Float64Array(n * m);
  let iterations = 0;
  const scale = mass > 0 ? (Math.abs(energy.constant) + Math.abs(energy.productLinear())) / mass : 1;
  const epsilon = given ?? (scale > 0 ? proximalShare * scale : 1);
  const finish = (status: Status, P: Float64Array, error: number): GromovResult =>
    gromovResult(problem, {
      plan: densePlan({ data: P.slice(), rows: n, cols: m }),
      starts: reports,
      report: {
        status,
        method,
        why: proximal
          ? "each step is entropic transport with the plan before as reference"
          : "each step is entropic transport under the gradient",
        backend: backend(entropic),
        iterations,
        error,
        tolerance,
        elapsedMs: control.elapsedMs(),
      },
      epsilon: proximal ? 0 : epsilon,
    });
  try {
    const plans =
      initial === null
        ? startsOf(problem, starts, 0).map(({ name, plan }) => ({ name, plan }))
        : [{ name: "initial" as const, plan: () => initial.toSparse() }];
    control.offer(() => finish("stopped", current, best.error));
    for (const { name, plan } of plans.length > 0 ? plans : startsOf(problem, 1, 0)) {
      const start = plan();
      current.fill(0);
      if (start === "product") {
        if (mass > 0)
          for (let at = 0; at < current.length; at++) current[at] = (a[Math.floor(at / m)] * b[at % m]) / mass;
      } else {
        for (let i = 0; i < n; i++) {
          for (let e = start.rowPtr[i]; e < start.rowPtr[i + 1]; e++)
            current[i * m + start.colIdx[e]] = start.values[e];
        }
      }
      const from = iterations;
      const gradient = new Float64Array(n * m);
      const price = new Float64Array(n * m);
      let potentials: Potentials | undefined;
      let status: Status | null = mass === 0 ? "converged" : null;
      let error = mass === 0 ? 0 : Infinity;
      while (status === null) {
        energy.imageOf(current, gradient);
        const { linearCost } = energy;
        if (linearCost !== null) for (let at = 0; at < gradient.length; at++) gradient[at] += linearCost[at];
        // With the plan before as reference the gradients add up; the first reference is the product.
        for (let at = 0; at < price.length; at++) price[at] = gradient[at] + (proximal ? price[at] : 0);
        const inner = sinkhorn.steps(
          a,
          b,
          { data: price, rows: n, cols: m },
          { epsilon, warmStart: potentials, tolerance: Math.max(1e-12, Math.min(1e-6, innerShare * tolerance)) },
        );
        const solved = yield* inside(inner, control, iterations);
        if (solved === null) {
          status = control.interrupted() ?? "stopped";
          break;
        }
        const next = solved.plan.toDense().data;
        error = 0;
        for (let at = 0; at < next.length; at++) error += Math.abs(next[at] - current[at]);
        error /= mass;
        current = next as Float64Array<ArrayBuffer>;
        ({ potentials } = solved);
        iterations++;
        yield { phase: "mirror descent", iteration: iterations, error, elapsedMs: control.elapsedMs() };
        status = error <= tolerance ? "converged" : control.interrupted();
      }
      const { value } = finish(status, current, error);
      reports.push({ start: name, value, iterations: iterations - from });
      if (value < best.value || best.plan.length === 0) best = { plan: current.slice(), value, error, status };
      if (status !== "converged") return finish(status, best.plan, best.error);
    }
    return finish(best.status, best.plan, best.error);
  } finally {
    energy.close();
  }
}
