// One problem in the memory of one workspace: potentials, sums, and the passes over the rows that change them.
import { OtError } from "../../errors/otError.ts";
import type { Workspace } from "../../kernels/workspace.ts";
import { sum } from "../../linalg/sum.ts";
import type { Potentials } from "../../run/options.ts";
import type { EntropicProblem } from "../problem.ts";
import { startKeeper } from "./keeper.ts";
import { bind, type Operator } from "./operator.ts";

/** Entries between two signs of life: some 10 ms. */
const chunkEntries = 1 << 22;

const log2e = Math.LOG2E;

/** The state of a solve. Potentials in the kernels are F = f log2(e) / eps. Passes are generators that yield between chunks of rows. */
export interface Sweeper {
  /** What sums the rows. */
  readonly operator: Pick<Operator, "name">;
  /** The largest finite |C_ij|, by a pass. */
  largest(): Generator<void, number, void>;
  /** Sets epsilon; the potentials keep their value in the unit of the cost. */
  setEpsilon(epsilon: number): void;
  /** Sets the potentials, in the unit of the cost. */
  setPotentials(potentials: Potentials): void;
  /** Moves a constant from one side to the other so that both are alike in size; false where it would be small. */
  centre(): boolean;
  /** All potentials 0. */
  clear(): void;
  potentials(): Potentials;
  /** Keeps entries, see {@link Keeper}; false where they would not fit. */
  keep(least: number): Generator<void, boolean, void>;
  keeping(): boolean;
  /** Whether all entries are kept, so that none can be missed. */
  keptAll(): boolean;
  drop(): void;
  /** The row update and the column sums it leaves; returns the marginal error of that plan, relative to the mass. */
  rows(omega: number): Generator<void, number, void>;
  /** The column update for these sums; columns out of range are redone from their largest term. */
  columns(omega: number, which?: "filled" | "empty"): Generator<void, void, void>;
  /** The row update of the rows without mass. */
  emptyRows(): Generator<void, void, void>;
  /** Row sums, marginal error and <P, C> at the present potentials, relative to the mass. */
  measure(): Generator<void, Measured, void>;
  /** What accelerations look at and change; absent where rows of costs are never formed. */
  readonly inside?: Inside;
}

/** The state of a sweeper over rows of costs. */
export interface Inside {
  readonly workspace: Workspace;
  readonly n: number;
  readonly m: number;
  /** Columns with padding. */
  readonly width: number;
  /** b, relative to the mass, the column sums c of the last pass over rows, and G: width numbers, valid until memory is allocated. */
  b(): Float64Array;
  c(): Float64Array;
  G(): Float64Array;
  /** Tells that G was changed. */
  moved(): void;
  /** How often entries were kept: memory allocated behind them before is gone. */
  keeps(): number;
  /** Entries that are kept now. */
  kept(): number;
  /** Weighted sums of rows of the cost, count x m: row i times share_i goes to row of_i, or nowhere where of_i < 0. Drops entries. */
  groupRows(of: Int32Array, shares: Float64Array, count: number): Generator<void, Float64Array, void>;
}

/** What the plan of given potentials is. */
export interface Measured {
  /** L1 error of the marginals, relative to the mass. */
  readonly error: number;
  readonly transportCost: number;
  /** Row sums, in the unit of the masses. */
  readonly rows: Float64Array;
}

/** Copies a problem into a workspace. */
export function startSweeper(problem: EntropicProblem, workspace: Workspace): Sweeper {
  const { cost, a, b, mass } = problem;
  const [n, m] = cost.shape;
  const operator = bind(cost, workspace);
  const { width } = operator;
  const call = workspace.call;
  call["sweepInit"](workspace.alloc(call["sweepDoubles"](n, width) * 8), n, m, width);
  const unit = mass > 0 ? mass : 1;
  const fill = (address: number, values: Float64Array, length: number): void => {
    const out = workspace.f64(address, length);
    out.fill(0);
    for (let k = 0; k < values.length; k++) out[k] = values[k] / unit;
  };
  fill(call["sweepA"](), a, n);
  fill(call["sweepB"](), b, width);
  call["sweepLogs"]();
  const keeper = startKeeper(workspace, operator, n, m);
  let epsilon = 1;
  let keeps = 0;
  const height = Math.max(1, Math.floor(chunkEntries / width));

  function* pass(work: (begin: number, end: number) => void): Generator<void, void, void> {
    for (let begin = 0; begin < n; begin += height) {
      operator.rows(begin, Math.min(n, begin + height), work);
      if (begin + height < n) yield;
    }
  }
  const reachable = (): void => {
    const at = call["sweepUnreachable"]();
    if (at >= 0) throw nowhere(at, n);
  };
  function* measureSums(): Generator<void, void, void> {
    call["sweepBegin"]();
    yield* pass((begin, end) => call["sweepMeasure"](begin, end));
  }
  const inside: Inside = {
    workspace,
    n,
    m,
    width,
    b: () => workspace.f64(call["sweepB"](), width),
    c: () => workspace.f64(call["sweepC"](), width),
    G: () => workspace.f64(call["sweepG"](), width),
    moved() {
      if (keeper.active) keeper.columnsMoved();
    },
    keeps: () => keeps,
    kept: () => (keeper.all ? n * m : call["keepCount"]()),
    *groupRows(of, shares, count) {
      keeper.drop();
      const mark = workspace.mark();
      const [groups, weights] = [workspace.alloc(n * 4), workspace.alloc(n * 8)];
      const out = workspace.alloc(count * width * 8);
      workspace.i32(groups, n).set(of);
      workspace.f64(weights, n).set(shares);
      workspace.f64(out, count * width).fill(0);
      yield* pass((begin, end) => call["groupRows"](begin, end, groups, weights, out));
      const sums = new Float64Array(count * m);
      for (let I = 0; I < count; I++) sums.set(workspace.f64(out + I * width * 8, m), I * m);
      workspace.release(mark);
      return sums;
    },
  };
  return {
    operator,
    inside,
    *largest() {
      yield* pass((begin, end) => call["sweepLargest"](begin, end));
      return call["sweepLargestCost"]();
    },
    setEpsilon(value) {
      epsilon = value;
      keeper.drop();
      call["sweepScale"](log2e / value);
    },
    setPotentials({ f, g }) {
      const scale = log2e / epsilon;
      const F = workspace.f64(call["sweepF"](), n);
      const G = workspace.f64(call["sweepG"](), m);
      for (let i = 0; i < n; i++) F[i] = f[i] * scale;
      for (let j = 0; j < m; j++) G[j] = g[j] * scale;
    },
    centre() {
      const F = workspace.f64(call["sweepF"](), n);
      const G = workspace.f64(call["sweepG"](), m);
      const shift = (sum(G) / m - sum(F) / n) / 2;
      if (!(Math.abs(shift) > 1 + 0.1 * F.reduce((most, value) => Math.max(most, Math.abs(value + shift)), 0)))
        return false;
      for (let i = 0; i < n; i++) F[i] += shift;
      for (let j = 0; j < m; j++) G[j] -= shift;
      return true;
    },
    clear() {
      workspace.f64(call["sweepF"](), n).fill(0);
      workspace.f64(call["sweepG"](), width).fill(0);
    },
    potentials() {
      const unscale = epsilon / log2e;
      return {
        f: workspace.f64(call["sweepF"](), n).map((value) => value * unscale),
        g: workspace.f64(call["sweepG"](), m).map((value) => value * unscale),
      };
    },
    *keep(least) {
      keeps++;
      return yield* keeper.keep(least);
    },
    keeping: () => keeper.active,
    keptAll: () => keeper.active && keeper.all,
    drop: keeper.drop,
    *rows(omega) {
      call["sweepBegin"]();
      if (keeper.active) {
        if (keeper.rows(omega)) return call["sweepRowError"]() + call["sweepColumnError"]();
        call["sweepBegin"]();
      }
      yield* pass((begin, end) => call["sweepRows"](begin, end, omega));
      reachable();
      return call["sweepRowError"]() + call["sweepColumnError"]();
    },
    *columns(omega, which = "filled") {
      const empty = which === "empty" ? 1 : 0;
      if (call["sweepColumns"](omega, empty) === 0) {
        if (keeper.active) keeper.columnsMoved();
        return;
      }
      keeper.drop();
      call["sweepPeaksBegin"](empty);
      yield* pass((begin, end) => call["sweepPeaks"](begin, end));
      call["sweepPeaksEnd"]();
      reachable();
      yield* measureSums();
      call["sweepColumns"](1, empty);
    },
    *emptyRows() {
      yield* pass((begin, end) => call["sweepEmptyRows"](begin, end));
    },
    *measure() {
      yield* measureSums();
      const sums = workspace.f64(call["sweepR"](), n);
      return {
        error: call["sweepRowError"]() + call["sweepColumnError"](),
        transportCost: call["sweepCost"]() * unit,
        rows: sums.map((value, i) => (a[i] > 0 ? value * a[i] : 0)),
      };
    },
  };
}

/** The error for a row `at` or column `at` - n with mass that reaches nothing. */
export function nowhere(at: number, n: number): OtError {
  const [side, index] = at < n ? ["row", at] : ["column", at - n];
  return new OtError(
    "Infeasible",
    `The mass of ${side} ${index} has nowhere to go: all its pairs with mass are forbidden.`,
    {
      argument: "C",
      seen: Infinity,
      cure: "Allow a pair with mass in that row or column, or drop its mass.",
    },
  );
}
