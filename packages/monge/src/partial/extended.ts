// A partial problem as a balanced one: a dummy row sends what columns do without, a dummy column takes what rows keep.
// Mass m: both dummies are free, and no flow between them, so that exactly m moves. Pay lambda: staying costs lambda / 2 on either side.
import type { Cost } from "../cost/cost.ts";
import { isOtError, OtError } from "../errors/otError.ts";
import { withDummies } from "../exact/dummies.ts";
import { sum } from "../linalg/sum.ts";
import type { Potentials, Progress } from "../run/options.ts";
import type { Run } from "../run/solver.ts";
import type { PartialPotentials } from "./answer.ts";
import type { PartialProblem } from "./problem.ts";

/** The balanced problem and the way back. */
export interface Extended {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly cost: Cost;
  readonly why: string;
  readonly warmStart: Potentials | undefined;
  /** The potentials of the true atoms from those with dummies. */
  potentials(all: Potentials): PartialPotentials;
  /** Turns the run's `Infeasible` into one that speaks of the caller's atoms. */
  explain<R>(run: Run<R>): Run<R>;
}

/** The extended problem, or null where nothing can or need move. */
export function extend(problem: PartialProblem): Extended | null {
  const { aim, massA, massB } = problem;
  if (massA === 0 || massB === 0) return null;
  if ("lambda" in aim) return extendPaid(problem, aim.lambda);
  return aim.mass === 0 ? null : extendMass(problem, aim.mass);
}

function extendMass(problem: PartialProblem, mass: number): Extended {
  const { cost, a, b, massA, massB, warmStart } = problem;
  const [n, m] = cost.shape;
  const dummies = { rows: new Float64Array(n), columns: new Float64Array(m), corner: Infinity };
  const kept = remainder(a, massA, mass);
  const empty = remainder(b, massB, mass);
  return {
    a: appended(a, empty),
    b: appended(b, kept),
    cost: withDummies(cost, dummies),
    why: `mass ${mass} of ${massA} and ${massB}, by a dummy atom on either side`,
    warmStart:
      warmStart === null
        ? undefined
        : {
            f: appended(warmStart.f, -(warmStart.lambda ?? 0)),
            g: appended(
              warmStart.g.map((value) => value + (warmStart.lambda ?? 0)),
              0,
            ),
          },
    potentials({ f, g }) {
      // A dummy without mass has a potential by c-transform, so f + g(dummy) <= 0 holds in any case.
      const [row, column] = [f[n], g[m]];
      return {
        f: f.slice(0, n).map((value) => value + column),
        g: g.slice(0, m).map((value) => value + row),
        lambda: -(row + column),
      };
    },
    explain: (run) => explained(run, problem, mass),
  };
}

function extendPaid(problem: PartialProblem, lambda: number): Extended {
  const { cost, a, b, massA, massB, warmStart } = problem;
  const [n, m] = cost.shape;
  const half = lambda / 2;
  const dummies = { rows: new Float64Array(n).fill(half), columns: new Float64Array(m).fill(half), corner: 0 };
  return {
    a: appended(a, massB),
    b: appended(b, massA),
    cost: withDummies(cost, { ...dummies, limit: lambda }),
    why: `each unit moved earns ${lambda}, by a dummy atom on either side`,
    warmStart:
      warmStart === null
        ? undefined
        : {
            f: appended(
              warmStart.f.map((value) => value + half),
              0,
            ),
            g: appended(
              warmStart.g.map((value) => value + half),
              0,
            ),
          },
    potentials({ f, g }) {
      const [row, column] = [f[n], g[m]];
      return {
        f: f.slice(0, n).map((value) => value + column - half),
        g: g.slice(0, m).map((value) => value + row - half),
        lambda,
      };
    },
    explain: (run) => run,
  };
}

/** What a side keeps: 0 where only rounding is left of it. */
function remainder(masses: Float64Array, total: number, moved: number): number {
  const left = sum([...masses, -moved]);
  return left > 1e-15 * total ? left : 0;
}

function appended(values: ArrayLike<number>, last: number): Float64Array {
  const all = new Float64Array(values.length + 1);
  all.set(values);
  all[values.length] = last;
  return all;
}

function explained<R>(run: Run<R>, problem: PartialProblem, mass: number): Run<R> {
  const { next } = run;
  const watched = (...sent: [] | [undefined]): IteratorResult<Progress, R> => {
    try {
      return next.apply(run, sent as []);
    } catch (error) {
      throw isOtError(error, "Infeasible") ? translated(error, problem, mass) : error;
    }
  };
  return Object.defineProperty(run, "next", { value: watched });
}

/** Rows S reach the columns N(S) only: no more than b(N(S)) + a(rows outside S) can move. */
function translated(error: OtError, { a, b, cost }: PartialProblem, mass: number): OtError {
  const [n, m] = cost.shape;
  const rows = error.witness?.rows.filter((i) => i < n) ?? new Int32Array(0);
  const columns = error.witness?.columns.filter((j) => j < m) ?? new Int32Array(0);
  const inside = new Set(rows);
  const most = sum(Float64Array.from(columns, (j) => b[j])) + sum(a.filter((_, i) => !inside.has(i)));
  return new OtError("Infeasible", `Forbidden pairs let no more than ${most} move; ${mass} was asked for.`, {
    argument: "options.mass",
    seen: mass,
    cure: "Move less, or allow more pairs.",
    witness: { rows, columns },
  });
}
