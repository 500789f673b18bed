// Rectangular assignment under a dense matrix: min sum_i c(i, sigma(i)) over injections sigma of n rows into m >= n columns.
// One shortest augmenting path a row; g <= 0, and g_j = 0 where column j stays free.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Progress } from "../../run/options.ts";
import { completeMatching, infeasible, type MatchControl, type Matching, type RowSource } from "./matching.ts";

const chunkEntries = 1 << 21;

/** Solves the n x m assignment, n <= m, whose rows `source` fills. Throws `Infeasible`. */
export function* matchRectangle(
  workspace: Workspace,
  source: RowSource,
  control: MatchControl,
): Generator<Progress, Matching, void> {
  const { n, m } = source;
  const { call } = workspace;
  const f = workspace.alloc(8 * n);
  const g = workspace.alloc(8 * m);
  const colOfRow = workspace.alloc(4 * n);
  const rowOfCol = workspace.alloc(4 * m);
  const scratch = workspace.alloc(16 * (m + n) + 16);
  const matrix = workspace.alloc(8 * n * m);
  call.assignmentRowsInit(matrix, n, m, f, g, colOfRow, rowOfCol, scratch);
  let iterations = 0;
  const read = (status: Matching["status"]): Matching => ({
    status,
    iterations,
    columns: workspace.i32(colOfRow, n).slice(),
    f: workspace.f64(f, n).slice(),
    g: workspace.f64(g, m).slice(),
  });
  const soFar = (): Matching => completeMatching(source, read("stopped"));
  const countFree = (): number => {
    let count = 0;
    for (const column of workspace.i32(colOfRow, n)) if (column < 0) count++;
    return count;
  };
  const progress = (phase: string, free: number): Progress => ({
    phase,
    iteration: iterations,
    error: free / n,
    elapsedMs: control.elapsedMs(),
  });
  control.offer(soFar);
  const step = Math.max(1, Math.floor(chunkEntries / m));
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    source.fill(begin, end, workspace.f64(matrix + 8 * begin * m, (end - begin) * m));
    call.assignmentRowsReduce(begin, end);
    if (end < n) yield progress("load", countFree());
  }
  const paths = Math.max(1, Math.floor(step / 16));
  const atStart = countFree();
  for (let free = atStart, status = 1; status !== 0; ) {
    yield progress("paths", free);
    const interrupted = control.interrupted();
    if (interrupted !== null) return { ...soFar(), status: interrupted };
    status = call.assignmentRowsAugment(Math.min(paths, control.maxIterations - iterations));
    if (status === 2) {
      throw infeasible(source, workspace.i32(call.assignmentRowsTree(), call.assignmentRowsTreeCount()).slice().sort());
    }
    free = countFree();
    iterations = atStart - free;
  }
  // f was tight on the matching; now it is feasible to the last bit instead.
  call.assignmentDenseLeast(matrix, m, g, 0, n, f, scratch);
  return read("optimal");
}
