// The proof that no plan exists: rows that weigh more than all columns that they may reach together (Hall 1935, Gale 1957).
import { OtError } from "../../errors/otError.ts";
import type { Workspace } from "../../kernels/workspace.ts";
import { sum } from "../../linalg/sum.ts";
import type { KeptAtoms } from "../keptAtoms.ts";
import { type LoadedCosts, partners } from "./simplexArcs.ts";
import { viewTree } from "./spanningTree.ts";

/**
 * The error for a first phase that ended with mass on the arcs of the root. Its potentials are +-1 with f_i + g_j <= 0 on
 * every arc, so the rows with f_i = 1 reach only columns with g_j = -1, and the value left is twice what those lack.
 */
export function unreachable(workspace: Workspace, kept: KeptAtoms, costs: LoadedCosts): OtError {
  const n = kept.p.length;
  const m = kept.q.length;
  const { potentials } = viewTree(workspace, n, m);
  const rows: number[] = [];
  const reached = new Uint8Array(m);
  for (let i = 0; i < n; i++) {
    if (potentials[i] < 0.5) continue;
    rows.push(i);
    for (const j of partners(workspace, costs, m, i)) reached[j] = 1;
  }
  const columns: number[] = [];
  for (let j = 0; j < m; j++) if (reached[j] === 1) columns.push(j);
  const supply = sum(rows.map((i) => kept.a[i]));
  const room = sum(columns.map((j) => kept.b[j]));
  const witness = {
    rows: Int32Array.from(rows, (i) => kept.costRows?.[i] ?? i),
    columns: Int32Array.from(columns, (j) => kept.costCols?.[j] ?? j),
  };
  return new OtError(
    "Infeasible",
    `No plan exists: ${rows.length} rows of mass ${supply} may reach only ${columns.length} columns of mass ${room}.`,
    { argument: "C", seen: witness, cure: "Allow more pairs, or use an unbalanced or partial solver.", witness },
  );
}
