// The assignment problem: min sum_i C(i, sigma(i)), each row its own column; with more rows than columns, each column its own row.
// Dual: max sum f + sum g over f_i + g_j <= C_ij, g <= 0 where columns may stay free (Kuhn 1955).
import { blockRows } from "../../cost/base.ts";
import { type CostLike, toCost } from "../../cost/cost.ts";
import { dense } from "../../cost/dense.ts";
import { isOtError, OtError } from "../../errors/otError.ts";
import { exact } from "../../kernels/exact.ts";
import { giveBack, lease, type Workspace } from "../../kernels/workspace.ts";
import { sparseFromEntries } from "../../linalg/sparse.ts";
import { sum } from "../../linalg/sum.ts";
import { sparsePlan } from "../../plan/sparse.ts";
import { type Certify, certifyExact } from "../../run/certificate.ts";
import type { AsyncOptions, Potentials, Progress, RunOptions } from "../../run/options.ts";
import type { Report } from "../../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../../run/solver.ts";
import { networkSimplex } from "../networkSimplex/networkSimplex.ts";
import { matchRectangle } from "./assignmentRectangle.ts";
import { matchSquare } from "./assignmentSquare.ts";
import { hasWildPrices, type Matching, type RowSource } from "./matching.ts";

/** Options of {@link assignment}. */
export interface AssignmentOptions extends RunOptions {
  /** Finds the most expensive assignment instead; default false. `Infinity` forbids a pair either way. */
  readonly maximize?: boolean;
}

/** A matching of rows and columns, with its proof. */
export interface AssignmentResult {
  /** Length n: the column of each row; -1 for a row without one (n > m, or a run that was stopped). */
  readonly columns: Int32Array;
  /** Length m: the row of each column; -1 for a column without one. */
  readonly rows: Int32Array;
  /** Sum of C over the matched pairs. */
  readonly cost: number;
  /** f_i + g_j <= C_ij (>= when maximising), with equality on matched pairs; 0 on free rows and columns. In the unit of C. */
  readonly potentials: Potentials;
  readonly report: Report;
  /** Recomputes the proof from C. When maximising, that of the minimum of -C. */
  readonly certify: Certify;
}

/**
 * The cheapest assignment of rows to columns under the cost `C` (n x m): all of the smaller side is matched.
 * As `scipy.optimize.linear_sum_assignment`, with potentials and a certificate.
 *
 * @param C a matrix (array of rows, `{ data, rows, cols }`, CSR) or a cost; `Infinity` forbids a pair
 *
 * n = m: candidate arcs, an auction and shortest augmenting paths, then a scan of all pairs. Otherwise one shortest
 * augmenting path for each atom of the smaller side. Memory: 8 n m bytes.
 *
 * A limit (`maxIterations`, `timeLimitMs`, `stopWhen`) gives the assignment so far, completed greedily.
 *
 * Throws `InvalidShape`, `InvalidValue`, `Infeasible` (with the rows and columns that prove it), `OutOfMemory`,
 * `KernelUnavailable`.
 */
export interface Assignment {
  (C: CostLike, options?: AssignmentOptions): AssignmentResult;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async<C extends CostLike>(C: C, options?: AssignmentOptions & AsyncOptions<C>): Promise<AssignmentResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(C: CostLike, options?: AssignmentOptions): Run<AssignmentResult>;
}

/** The cheapest assignment; see {@link Assignment}. */
export const assignment: Assignment = /*#__PURE__*/ defineSolver<[CostLike], AssignmentOptions, AssignmentResult>(
  1,
  (control, [C], options) => run(control, orient(C, options.maximize === true)),
  "assignment",
);

/** The problem as the engines want it: minimise, no more rows than columns. */
interface Oriented extends RowSource {
  /** Row-major, n x m. */
  readonly data: Float64Array;
  readonly transposed: boolean;
  readonly sign: 1 | -1;
}

function orient(C: CostLike, maximize: boolean): Oriented {
  const cost = toCost(C);
  const [rows, cols] = cost.shape;
  if (rows === 0 || cols === 0) {
    throw new OtError("InvalidShape", `The cost is ${rows} x ${cols}: there is nothing to assign.`, {
      argument: "C",
      seen: [rows, cols],
      cure: "Pass at least one row and one column.",
    });
  }
  const transposed = rows > cols;
  const [n, m] = transposed ? [cols, rows] : [rows, cols];
  const given = cost.kind === "dense" ? cost.matrix.data : null;
  const data =
    given instanceof Float64Array && !transposed && !maximize ? given : copy(cost, rows, cols, transposed, maximize);
  return {
    n,
    m,
    data,
    transposed,
    sign: maximize ? -1 : 1,
    fill: (begin, end, out) => out.set(data.subarray(begin * m, end * m)),
  };
}

function copy(
  cost: ReturnType<typeof toCost>,
  rows: number,
  cols: number,
  transposed: boolean,
  maximize: boolean,
): Float64Array {
  const data = new Float64Array(rows * cols);
  const step = blockRows(cols);
  const block = new Float64Array(step * cols);
  for (let begin = 0; begin < rows; begin += step) {
    const end = Math.min(rows, begin + step);
    cost.block(begin, end, block);
    for (let i = begin; i < end; i++) {
      for (let j = 0; j < cols; j++) {
        const value = block[(i - begin) * cols + j];
        data[transposed ? j * rows + i : i * cols + j] = maximize && value < Infinity ? -value : value;
      }
    }
  }
  return data;
}

function* run(control: RunControl<AssignmentResult>, problem: Oriented): Generator<Progress, AssignmentResult, void> {
  const finish = (matching: Matching): AssignmentResult => toResult(problem, matching, control.elapsedMs());
  return finish(yield* control.elsewhere(() => match(control, problem, finish)));
}

function* match(
  control: RunControl<AssignmentResult>,
  problem: Oriented,
  finish: (matching: Matching) => AssignmentResult,
): Generator<Progress, Matching, void> {
  const workspace = lease(exact);
  const mark = workspace.mark();
  let intact = true;
  try {
    const watch = {
      maxIterations: control.maxIterations,
      interrupted: control.interrupted,
      elapsedMs: control.elapsedMs,
      offer: (snapshot: () => Matching) => control.offer(() => finish(snapshot())),
    };
    const matching =
      problem.n === problem.m
        ? yield* matchSquare(workspace, problem, null, watch)
        : yield* matchRectangle(workspace, problem, watch);
    if (problem.n < problem.m || !hasWildPrices(problem, matching)) return matching;
    workspace.release(mark);
    return yield* repriced(problem, matching, workspace, control);
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw problem.transposed && isOtError(error, "Infeasible") ? transpose(error) : error;
  } finally {
    if (intact) giveBack(workspace);
  }
}

/** The same matching with the potentials of an optimal spanning tree. */
function* repriced(
  { n, data }: Oriented,
  matching: Matching,
  workspace: Workspace,
  control: RunControl<AssignmentResult>,
): Generator<Progress, Matching, void> {
  const ones = new Float64Array(n).fill(1);
  const cost = dense({ data, rows: n, cols: n });
  const problem = { n, m: n, a: ones, b: ones, cost, rows: null, cols: null, uniform: true, warmStart: null };
  const { f, g, status } = yield* networkSimplex.run(problem, workspace, { ...control, offer: () => {} });
  return status === "optimal" ? { ...matching, f, g } : matching;
}

function toResult(problem: Oriented, matching: Matching, elapsedMs: number): AssignmentResult {
  const { n, m, data, transposed, sign } = problem;
  const { status, iterations, columns } = matching;
  const rows = new Int32Array(m).fill(-1);
  for (let i = 0; i < n; i++) if (columns[i] >= 0) rows[columns[i]] = i;
  const matched = Int32Array.from(columns.keys()).filter((i) => columns[i] >= 0);
  const square = n === m;
  const signed = (values: Float64Array): Float64Array => (sign === 1 ? values : values.map((value) => -value || 0));
  const [f, g] = [signed(matching.f), signed(matching.g)];
  const certify = (): Certify => {
    const plan = sparsePlan(
      sparseFromEntries(
        n,
        m,
        matched,
        matched.map((i) => columns[i]),
        new Float64Array(matched.length).fill(1),
      ),
    );
    const cost = dense({ data, rows: n, cols: m });
    const [a, b] = [new Float64Array(n).fill(1), new Float64Array(m).fill(1)];
    const potentials = { f: matching.f, g: matching.g };
    return certifyExact({ cost, a, b, plan, potentials, columns: square ? "equal" : "atMost" });
  };
  return {
    columns: transposed ? rows : columns,
    rows: transposed ? columns : rows,
    cost: sign * sum(Float64Array.from(matched, (i) => data[i * m + columns[i]])),
    potentials: transposed ? { f: g, g: f } : { f, g },
    report: {
      status,
      method: square ? "auctionPaths" : "rowPaths",
      why: square ? "as many rows as columns" : "more of one side than of the other",
      backend: "wasm-simd",
      iterations,
      error: (n - matched.length) / n,
      tolerance: 0,
      massAdjustment: 1,
      elapsedMs,
      warnings: [],
    },
    certify: Object.assign(() => certify()(), { async: (options: AsyncOptions = {}) => certify().async(options) }),
  };
}

function transpose(error: OtError): OtError {
  const { witness, seen, cure, argument } = error;
  if (witness === undefined) return error;
  const { rows, columns } = witness;
  return new OtError("Infeasible", `${rows.length} columns have finite costs to ${columns.length} rows only.`, {
    argument,
    seen,
    cure,
    witness: { rows: columns, columns: rows },
  });
}
