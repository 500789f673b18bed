// Conditional gradients from each of several starts; the best answer is kept.
import type { SparseMatrix } from "../linalg/sparse.ts";
import type { Progress, Status } from "../run/options.ts";
import type { RunControl } from "../run/solver.ts";
import { type GromovResult, gromovResult, planOf, type StartReport } from "./answer.ts";
import {
  type Descended,
  descend,
  type MixedPlan,
  productPlan,
  type StartPlan,
  transportOracle,
} from "./conditionalGradient.ts";
import { exchanged } from "./exchange.ts";
import type { GromovRun } from "./options.ts";
import { chooseEnergy, type GromovProblem } from "./problem.ts";
import { type Start, startsOf } from "./starts.ts";

/** Solves by conditional gradients. */
export function* descendFromStarts(
  control: RunControl<GromovResult>,
  problem: GromovProblem,
  { tolerance, initial, starts }: GromovRun,
): Generator<Progress, GromovResult, void> {
  const { a, b, mass } = problem;
  const { energy, why, close } = chooseEnergy(problem);
  const reports: StartReport[] = [];
  let best: Descended | null = null;
  let current: (() => MixedPlan) | null = null;
  let iterations = 0;
  const finish = (status: Status, plan: MixedPlan, error: number): GromovResult =>
    gromovResult(problem, {
      plan: planOf(plan, problem),
      starts: reports,
      report: {
        status,
        method: "conditionalGradient",
        why: reports.length > 1 ? `${why}; the best of ${reports.length} starts` : why,
        backend: "wasm-simd",
        iterations,
        error: Number.isFinite(error) ? error : Infinity,
        tolerance,
        elapsedMs: control.elapsedMs(),
      },
      epsilon: 0,
    });
  try {
    // What the product pays is the unit of the gap: a value of 0 can be reached to rounding only.
    const scale = Math.abs(energy.constant) + Math.abs(energy.productLinear());
    const seeds = energy.seeds();
    const list: readonly Start[] =
      initial === null
        ? startsOf(problem, starts, seeds.length)
        : [{ name: "initial", plan: () => initial.toSparse() }];
    control.offer(() => finish("stopped", best?.plan ?? current?.() ?? productPlan, best?.error ?? Infinity));
    for (const { name, plan, seed, share } of list) {
      const oracle = transportOracle(a, b, control);
      let start: StartPlan = plan();
      if (seed !== undefined || share !== undefined) {
        const image =
          share === undefined
            ? seeds[seed ?? 0]
            : energy.combine(energy.productImage(), 1 - share, energy.image(start as SparseMatrix), share);
        const led = yield* oracle(energy.gradient(image), false, iterations);
        if (led === null) break;
        start = led;
      }
      const from = iterations;
      let found: Descended;
      // Descents and exchanges in turn, until neither finds anything better.
      for (let next: StartPlan | null = start; ; ) {
        found = yield* descend(energy, oracle, next, { tolerance, scale, iteration: iterations }, control, (plan) => {
          current = plan;
        });
        iterations = found.iterations;
        next = found.status === "converged" ? exchanged(problem, found.plan, scale) : null;
        if (next === null) break;
      }
      reports.push({ start: name, value: Math.max(0, found.value), iterations: iterations - from });
      if (best === null || found.value < best.value) best = found;
      if (found.status !== "converged" && found.status !== "stalled") {
        return finish(found.status, best.plan, best.error);
      }
    }
    if (best === null) return finish(control.interrupted() ?? "stopped", productPlan, Infinity);
    const interrupted = reports.length < list.length ? control.interrupted() : null;
    return finish(interrupted ?? (mass === 0 ? "converged" : best.status), best.plan, best.error);
  } finally {
    close();
  }
}
