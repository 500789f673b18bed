// The engine for equal masses: an assignment, each matched pair carrying the one mass.
// Its work is in assignmentSquare.ts (matrices) and assignmentSparse.ts (graphs); its proof are the potentials.
import { isOtError, OtError } from "../../errors/otError.ts";
import { networkSimplex } from "../networkSimplex/networkSimplex.ts";
import { loadArcs } from "../networkSimplex/simplexArcs.ts";
import type { Engine, ExactAnswer, ExactProblem } from "../problem.ts";
import { matchSparse } from "./assignmentSparse.ts";
import { matchSquare } from "./assignmentSquare.ts";
import { hasWildPrices, type Matching, type RowSource } from "./matching.ts";

/** Auction and shortest augmenting paths, for n = m and equal masses. */
export const shortestPath: Engine = {
  name: "shortestPath",
  summary: "equal masses: auction, then shortest augmenting paths on the arcs that matter, then a scan of all pairs",
  refuses: (problem) => (problem.uniform ? null : "the masses are not all equal"),
  *run(problem, workspace, control) {
    const answer = (matching: Matching): ExactAnswer => toAnswer(problem, matching);
    try {
      const source = problemRows(problem);
      const mark = workspace.mark();
      const prices = problem.warmStart?.g ?? null;
      const watch = { ...control, offer: (snapshot: () => Matching) => control.offer(() => answer(snapshot())) };
      const { cost, rows, cols } = problem;
      const matching =
        cost.kind === "sparse"
          ? yield* matchSparse(workspace, source, loadArcs(workspace, cost, rows, cols), prices, watch)
          : yield* matchSquare(workspace, source, prices, watch);
      if (!hasWildPrices(source, matching)) return answer(matching);
      workspace.release(mark);
      return yield* networkSimplex.run(problem, workspace, control);
    } catch (error) {
      throw isOtError(error, "Infeasible") ? inCallersIndices(error, problem) : error;
    }
  },
};

/** The rows of a problem's cost, atoms without mass left out. */
export function problemRows({ n, m, cost, rows, cols }: ExactProblem): RowSource {
  if (rows === null && cols === null) return { n, m, fill: (begin, end, out) => void cost.block(begin, end, out) };
  const all = new Float64Array(cost.shape[1]);
  return {
    n,
    m,
    fill(begin, end, out) {
      for (let i = begin; i < end; i++) {
        const row = rows === null ? i : rows[i];
        cost.block(row, row + 1, all);
        const at = (i - begin) * m;
        for (let j = 0; j < m; j++) out[at + j] = all[cols === null ? j : cols[j]];
      }
    },
  };
}

function toAnswer({ a }: ExactProblem, { status, iterations, columns, f, g }: Matching): ExactAnswer {
  const i = Int32Array.from(columns.keys()).filter((row) => columns[row] >= 0);
  return { status, iterations, i, j: i.map((row) => columns[row]), mass: new Float64Array(i.length).fill(a[0]), f, g };
}

function inCallersIndices(error: OtError, { rows, cols }: ExactProblem): OtError {
  const witness = error.witness;
  if (witness === undefined || (rows === null && cols === null)) return error;
  return new OtError("Infeasible", error.message.slice(0, -error.cure.length - 1), {
    argument: error.argument,
    seen: error.seen,
    cure: error.cure,
    witness: {
      rows: rows === null ? witness.rows : witness.rows.map((i) => rows[i]),
      columns: cols === null ? witness.columns : witness.columns.map((j) => cols[j]),
    },
  });
}
