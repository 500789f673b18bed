// Steps that never raise an objective, until one lowers it by no more than a share: how barycenters alternate plans and means.
import type { Progress, Status } from "../run/options.ts";
import type { RunControl } from "../run/solver.ts";

/** Where the steps ended, and how. */
export interface Alternated<State> {
  readonly state: State;
  readonly status: Status;
  readonly iterations: number;
  /** The last relative fall of the objective, at most 1. */
  readonly error: number;
}

/** The objective at a state, and the state after it. */
export interface AlternatingStep<State> {
  readonly objective: number;
  next(): State;
}

/** Steps from `start` until the objective is 0 or falls by no more than `tolerance` times itself; `finish` makes the answer so far. */
export function* alternate<State, Answer>(
  control: RunControl<Answer>,
  start: State,
  step: (state: State) => AlternatingStep<State>,
  tolerance: number,
  finish: (found: Alternated<State>) => Answer,
): Generator<Progress, Alternated<State>, void> {
  let state = start;
  let value = Infinity;
  let decrease = Infinity;
  let iterations = 0;
  control.offer(() => finish(found("stopped")));
  for (;;) {
    const { objective, next } = step(state);
    decrease = value - objective;
    value = objective;
    if (value === 0 || decrease <= tolerance * value) return found("converged");
    state = next();
    iterations++;
    yield { phase: "barycenter", iteration: iterations, error: relative(), elapsedMs: control.elapsedMs() };
    const interrupted = control.interrupted();
    if (interrupted !== null) return found(interrupted);
  }

  function found(status: Status): Alternated<State> {
    return { state, status, iterations, error: value === 0 ? 0 : Math.min(1, relative()) };
  }

  function relative(): number {
    return decrease < Infinity && value > 0 ? Math.max(0, decrease) / value : Infinity;
  }
}
