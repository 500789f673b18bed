// A sweeper for operators that sum by themselves: two sums an iteration, one for the rows, one for the columns.
import type { Cost } from "../../cost/cost.ts";
import type { CustomCost } from "../../cost/custom.ts";
import type { Workspace } from "../../kernels/workspace.ts";
import { sum } from "../../linalg/sum.ts";
import type { EntropicProblem } from "../problem.ts";
import { bindSeparable, isSeparable } from "./separable.ts";
import { type SoftminOperator, softminArray } from "./softmin.ts";
import { bindSoftmin } from "./softminCustom.ts";
import { nowhere, type Sweeper, startSweeper } from "./sweeper.ts";

/** Whether there is an operator that sums rows of such a cost by itself. */
function sumsByItself(cost: Cost): boolean {
  return cost.kind === "grid" ? isSeparable(cost) : cost.kind === "custom" && cost.softmin !== undefined;
}

/** Copies a problem into a workspace: for the operator that sums its rows by itself, or else for passes over rows of costs. */
export function openSweeper(problem: EntropicProblem, workspace: Workspace): Sweeper {
  return startSoftminSweeper(problem, workspace) ?? startSweeper(problem, workspace);
}

/** Null where no operator sums by itself. */
function startSoftminSweeper(problem: EntropicProblem, workspace: Workspace): Sweeper | null {
  const { cost, a, b, mass } = problem;
  const [n, m] = cost.shape;
  const { call } = workspace;
  if (!sumsByItself(cost)) return null;
  call["softminInit"](workspace.alloc(call["softminDoubles"](n, m) * 8), n, m);
  const unit = mass > 0 ? mass : 1;
  const array = (side: 0 | 1, which: Parameters<typeof softminArray>[2]): Float64Array =>
    workspace.f64(softminArray(workspace, side, which), side === 0 ? n : m);
  array(0, "masses").set(a.map((value) => value / unit));
  array(1, "masses").set(b.map((value) => value / unit));
  call["softminSplit"]();
  const operator: SoftminOperator =
    cost.kind === "grid" ? bindSeparable(cost, workspace) : bindSoftmin(cost as CustomCost, workspace);
  const out = workspace.alloc((n + 1) * 8);
  let epsilon = 1;
  const potentials = (side: 0 | 1): Float64Array => array(side, "potentials");
  const update = (side: 0 | 1, omega: number, which: "filled" | "empty"): number => {
    const error = call["softminUpdate"](side, omega, which === "filled" ? 0 : 1);
    const at = call["softminUnreachable"]();
    if (at >= 0) throw nowhere(at, n);
    return error;
  };
  return {
    operator: { name: operator.name },
    largest: operator.largest,
    setEpsilon(value) {
      epsilon = value;
      call["softminScale"](Math.LOG2E / value);
      operator.setEpsilon(value);
    },
    setPotentials({ f, g }) {
      const scale = Math.LOG2E / epsilon;
      potentials(0).set(f.map((value) => value * scale));
      potentials(1).set(g.map((value) => value * scale));
    },
    centre() {
      const F = potentials(0);
      const G = potentials(1);
      const shift = (sum(G) / m - sum(F) / n) / 2;
      const size = F.reduce((most, value) => Math.max(most, Math.abs(value + shift)), 0);
      if (!(Math.abs(shift) > 1 + 0.1 * size)) return false;
      for (let i = 0; i < n; i++) F[i] += shift;
      for (let j = 0; j < m; j++) G[j] -= shift;
      return true;
    },
    clear() {
      potentials(0).fill(0);
      potentials(1).fill(0);
    },
    potentials() {
      const unscale = epsilon / Math.LOG2E;
      return {
        f: potentials(0).map((value) => value * unscale),
        g: potentials(1).map((value) => value * unscale),
      };
    },
    // biome-ignore lint/correctness/useYield: there are no entries to keep
    *keep() {
      return false;
    },
    keeping: () => false,
    keptAll: () => false,
    drop: () => {},
    *rows(omega) {
      yield* operator.sums(0);
      const error = update(0, omega, "filled");
      yield* operator.sums(1);
      return error + call["softminError"](1);
    },
    // biome-ignore lint/correctness/useYield: the sums are there
    *columns(omega, which = "filled") {
      update(1, omega, which);
    },
    *emptyRows() {
      yield* operator.sums(0);
      update(0, 1, "empty");
    },
    *measure() {
      yield* operator.sums(0);
      call["softminSums"](0, out);
      const rows = workspace.f64(out, n).map((value, i) => (a[i] > 0 ? value * a[i] : 0));
      const error = call["softminError"](0);
      yield* operator.sums(1);
      const total = error + call["softminError"](1);
      return { error: total, transportCost: (yield* operator.transportCost()) * unit, rows };
    },
  };
}
