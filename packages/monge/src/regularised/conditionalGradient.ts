// Conditional gradients: min <P, C> + Omega(P) over couplings, through exact transport under the cost C + grad Omega(P). Frank, Wolfe (1956).
// Found plans are kept. Quadratic Omega: their best weights (simplicial decomposition); else pairwise steps (Tsuji, Tanaka, Pokutta 2022).
import { OtError } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import type { Potentials, Progress, Status } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import type { Run } from "../run/solver.ts";
import { makeAtoms } from "./atoms.ts";
import type { Functional, SparseEntries } from "./functional.ts";
import type { Found, Inner } from "./problem.ts";

/** A problem with its costs row-major in memory. */
export interface DenseProblem {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly C: Float64Array;
  readonly functional: Functional;
  readonly tolerance: number;
}

/** Pairwise steps between two calls of exact transport. */
const mostLocalSteps = 50;
/** Iterations without a smaller gap after which the rest is taken for rounding. */
const patience = 200;

/** Solves; iterations are calls of exact transport. */
export function* conditionalGradient(problem: DenseProblem, control: Inner): Generator<Progress, Found, void> {
  const { a, b, C, functional, tolerance } = problem;
  const shape = { rows: a.length, cols: b.length };
  const quadratic = functional.quadratic !== undefined;
  const atoms = makeAtoms(C, b.length, functional);
  const P = new Float64Array(C.length);
  const G = new Float64Array(C.length);
  let iterations = 0;
  let error = Infinity;
  let potentials: Potentials | undefined;
  const answer = (status: Status): Found =>
    found(P, shape.cols, potentials as Potentials, { status, iterations, error });

  const first = emd.steps(a, b, { data: C, ...shape });
  control.offer(() => {
    if (potentials !== undefined) return answer("stopped");
    const { plan, potentials: known } = first.snapshot();
    return { ...entriesOf(plan.entries()), ...known, status: "stopped", iterations: 0, error };
  });
  const start = yield* driven(first, control, 0, Infinity);
  atoms.add(entriesOf(start.result.plan.entries()));
  atoms.compose(P);
  potentials = start.result.potentials;
  if (start.status !== null) return answer(start.status);
  let best = Infinity;
  for (let idle = 0; ; ) {
    const omega = quadratic ? atoms.linearise(G) : functional.value(P);
    if (!quadratic) functional.gradient(P, G);
    addCost(C, G);
    const { result, status }: Driven<Result> = yield* driven(
      emd.steps(a, b, { data: G, ...shape }, { warmStart: potentials }),
      control,
      iterations,
      error,
    );
    if (status !== null) return answer(status);
    potentials = result.potentials;
    iterations++;
    const plan = entriesOf(result.plan.entries());
    const { gap, size } = gapOf(P, C, G, plan, shape.cols, omega);
    error = size > 0 ? Math.max(0, gap) / size : 0;
    if (error <= tolerance) return answer("converged");
    idle = error < 0.99 * best ? 0 : idle + 1;
    best = Math.min(best, error);
    if (idle >= patience) return answer("stalled");
    yield { phase: "conditional gradient", iteration: iterations, error, elapsedMs: control.elapsedMs() };
    const interrupted = control.interrupted();
    if (interrupted !== null) return answer(interrupted);
    atoms.add(plan);
    if (quadratic) atoms.reweigh();
    for (let step = 0; !quadratic && step < mostLocalSteps; step++) {
      if (!atoms.exchange(P, G, step === 0 ? 0 : gap / 2, step === 0)) break;
      yield { phase: "pairwise steps", iteration: iterations, error, elapsedMs: control.elapsedMs() };
      if (control.interrupted() !== null) break;
    }
    atoms.compose(P);
  }
}

/** Makes grad Omega(P) into C + grad Omega(P). Throws `InvalidValue` for a gradient that is not finite. */
export function addCost(C: Float64Array, out: Float64Array): void {
  let wrong = -1;
  // x - x is NaN for what is not finite.
  for (let k = 0; k < out.length; k++) if (out[k] - out[k] !== 0) wrong = k;
  if (wrong >= 0) {
    throw new OtError(
      "InvalidValue",
      `The gradient of the regulariser is ${out[wrong]} at entry ${wrong} of the plan.`,
      {
        argument: "options.regulariser",
        seen: out[wrong],
        cure: "Use a function that is differentiable at every coupling, also where entries are 0.",
      },
    );
  }
  for (let k = 0; k < out.length; k++) out[k] += C[k];
}

/** The answer of an inner solver, and the status to stop with where it did not come to its end. */
export interface Driven<R> {
  readonly result: R;
  readonly status: Status | null;
}

/** Runs another solver inside, under our own count of iterations; with a status where the driver wants to stop. */
export function* driven<R extends Result>(
  run: Run<R>,
  control: Inner,
  iteration: number,
  error: number,
): Generator<Progress, Driven<R>, void> {
  for (;;) {
    const step = run.next();
    if (step.done) return { result: step.value, status: null };
    yield { phase: "linear problem", iteration, error, elapsedMs: control.elapsedMs() };
    const status = control.interrupted();
    if (status === null) continue;
    const result = run.snapshot();
    run.return(undefined as never);
    return { result, status };
  }
}

/** Entries as arrays. */
export function entriesOf(
  entries: Iterable<readonly [number, number, number]>,
): SparseEntries & Pick<Found, "i" | "j" | "mass"> {
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  for (const [row, column, value] of entries) {
    i.push(row);
    j.push(column);
    mass.push(value);
  }
  return { i: Int32Array.from(i), j: Int32Array.from(j), mass: Float64Array.from(mass) };
}

/** <G, P - V>, and sum P |C| + |Omega| to compare it with. */
function gapOf(
  P: Float64Array,
  C: Float64Array,
  G: Float64Array,
  plan: SparseEntries,
  m: number,
  omega: number,
): { gap: number; size: number } {
  let gap = 0;
  let size = Math.abs(omega);
  for (let k = 0; k < P.length; k++) {
    if (P[k] === 0) continue;
    gap += P[k] * G[k];
    size += P[k] * Math.abs(C[k]);
  }
  for (let k = 0; k < plan.mass.length; k++) gap -= plan.mass[k] * G[plan.i[k] * m + plan.j[k]];
  return { gap, size };
}

function found(
  P: Float64Array,
  m: number,
  { f, g }: Potentials,
  end: Pick<Found, "status" | "iterations" | "error">,
): Found {
  const at = Int32Array.from(P.keys()).filter((k) => P[k] !== 0);
  return {
    ...end,
    i: at.map((k) => Math.floor(k / m)),
    j: at.map((k) => k % m),
    mass: Float64Array.from(at, (k) => P[k]),
    f,
    g,
  };
}
