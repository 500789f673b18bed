// A sweeper whose marginals are held by penalties, between grids: sums along the axes instead of passes over rows of costs.
//
// It keeps its state where `startSweeper` does, and stands in for it where the rest of the relaxed solver is built on.
import type { Workspace } from "../../kernels/workspace.ts";
import { bindSeparable, isSeparable } from "../operators/separable.ts";
import { nowhere, type Sweeper } from "../operators/sweeper.ts";
import type { EntropicProblem } from "../problem.ts";

/** Null where no operator sums whole rows. */
export function startRelaxedSums(problem: EntropicProblem, workspace: Workspace): Sweeper | null {
  const { cost, a, b, mass } = problem;
  if (cost.kind !== "grid" || !isSeparable(cost)) return null;
  const [n, m] = cost.shape;
  const { call } = workspace;
  const width = m + (m & 1);
  call["sweepInit"](workspace.alloc(call["sweepDoubles"](n, width) * 8), n, m, width);
  call["sumsBegin"]();
  const unit = mass > 0 ? mass : 1;
  const fill = (address: number, values: Float64Array): void => {
    const even = values.length + (values.length & 1);
    workspace
      .f64(address, even)
      .fill(0)
      .set(values.map((value) => value / unit));
  };
  fill(call["sweepA"](), a);
  fill(call["sweepB"](), b);
  call["sweepLogs"]();
  const separable = bindSeparable(cost, workspace);
  const rows = separable.operand(call["sweepA"](), call["sweepF"](), n);
  const columns = separable.operand(call["sweepB"](), call["sweepG"](), m);
  const rowSums = workspace.alloc((n + 1) * 8);
  const columnSums = workspace.alloc((m + 1) * 8);
  let epsilon = 1;
  const F = (): Float64Array => workspace.f64(call["sweepF"](), n);
  const G = (): Float64Array => workspace.f64(call["sweepG"](), m);
  const reachable = (): void => {
    const at = call["sumsUnreachable"]();
    if (at >= 0) throw nowhere(at, n);
  };
  function* sumColumns(): Generator<void, void, void> {
    yield* separable.apply(1, rows, columnSums);
    call["sumsColumns"](columnSums);
  }
  return {
    operator: { name: separable.name },
    largest: separable.largest,
    setEpsilon(value) {
      epsilon = value;
      call["sweepScale"](Math.LOG2E / value);
      separable.setEpsilon(value);
    },
    setPotentials({ f, g }) {
      const scale = Math.LOG2E / epsilon;
      F().set(f.map((value) => value * scale));
      G().set(g.map((value) => value * scale));
    },
    centre: () => false,
    clear() {
      F().fill(0);
      G().fill(0);
    },
    potentials() {
      const unscale = epsilon / Math.LOG2E;
      return { f: F().map((value) => value * unscale), g: G().map((value) => value * unscale) };
    },
    // biome-ignore lint/correctness/useYield: there are no entries to keep
    *keep() {
      return false;
    },
    keeping: () => false,
    keptAll: () => false,
    drop: () => {},
    *rows(omega) {
      call["sweepBegin"]();
      yield* separable.apply(0, columns, rowSums);
      call["sumsRows"](rowSums, omega, 0);
      reachable();
      yield* sumColumns();
      return call["sweepRowError"]() + call["sweepColumnError"]();
    },
    // biome-ignore lint/correctness/useYield: the sums are there
    *columns(omega, which = "filled") {
      call["sumsAnswer"](columnSums, omega, which === "empty" ? 1 : 0);
      reachable();
    },
    *emptyRows() {
      yield* separable.apply(0, columns, rowSums);
      call["sumsRows"](rowSums, 1, 1);
    },
    *measure() {
      call["sweepBegin"]();
      yield* separable.apply(0, columns, rowSums);
      call["sumsMeasure"](rowSums);
      yield* sumColumns();
      const sums = workspace.f64(call["sweepR"](), n).map((value, i) => (a[i] > 0 ? value * a[i] : 0));
      let paid = 0;
      for (let k = 0; k < cost.sourceShape.length; k++) {
        yield* separable.apply(0, columns, rowSums, k);
        paid += call["sumsTotal"](rowSums);
      }
      return {
        error: call["sweepRowError"]() + call["sweepColumnError"](),
        transportCost: paid * (epsilon / Math.LOG2E) * unit,
        rows: sums,
      };
    },
  };
}
