// Memory and start of the assignment kernel over candidate arcs (assembly/exact/assignmentArcs.ts).
// Its paths are those of Jonker and Volgenant (1987), grown from all free rows at once.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Matching } from "./matching.ts";

/** The arrays of one assignment in a workspace, by address. Views go stale at the workspace's next `alloc`. */
export interface ArcState {
  readonly workspace: Workspace;
  readonly n: number;
  /** f64[n] each. */
  readonly f: number;
  readonly g: number;
  /** i32[n] each; -1: free. */
  readonly colOfRow: number;
  readonly rowOfCol: number;
  readonly scratch: number;
}

/** Candidate arcs in CSR form, by address. */
export interface Arcs {
  readonly rowPtr: number;
  readonly colIdx: number;
  readonly cost: number;
}

/** Reserves the state of an n x n assignment: nothing matched, prices 0. */
export function allocateArcState(workspace: Workspace, n: number): ArcState {
  const state: ArcState = {
    workspace,
    n,
    f: workspace.alloc(8 * n),
    g: workspace.alloc(8 * n),
    colOfRow: workspace.alloc(4 * n),
    rowOfCol: workspace.alloc(4 * n),
    scratch: workspace.alloc(workspace.call.assignmentArcsBytes(n)),
  };
  workspace.f64(state.g, n).fill(0);
  workspace.i32(state.colOfRow, n).fill(-1);
  workspace.i32(state.rowOfCol, n).fill(-1);
  return state;
}

/** Tells the kernel where everything is; needed after the arcs moved. */
export function bindArcs(state: ArcState, arcs: Arcs): void {
  const { n, f, g, colOfRow, rowOfCol, scratch } = state;
  state.workspace.call.assignmentArcsInit(n, arcs.rowPtr, arcs.colIdx, arcs.cost, f, g, colOfRow, rowOfCol, scratch);
}

/** The median over the rows of the range of their reduced costs: the scale on which the auction starts. */
export function arcSpread(state: ArcState): number {
  const { workspace, n, f } = state;
  workspace.call.assignmentArcsSpread(f);
  const spread = workspace.f64(f, n).slice().sort();
  return spread[n >> 1];
}

// More bids at epsilon 0 place few rows that the paths would not place sooner.
const lastBidsPerRow = 4;

/**
 * From prices to a start for the paths: f from g, the tight matches kept, and one reduction of the rows that lost theirs.
 * Without a `floor` under the prices, rows at war over too few columns could double them with every bid.
 * Returns how many rows are free.
 */
export function settleArcs(state: ArcState, floor: number): number {
  const { call } = state.workspace;
  if (call.assignmentArcsRepair() === 0) return 0;
  call.assignmentArcsAuction(0, lastBidsPerRow * state.n, floor);
  return call.assignmentArcsRepair();
}

/** The lowest price of a column. */
export function lowestPrice({ workspace, g, n }: ArcState): number {
  let price = Infinity;
  for (const value of workspace.f64(g, n)) price = Math.min(price, value);
  return price;
}

/** The matching and the potentials as they stand. */
export function readState(state: ArcState, status: Matching["status"], iterations: number): Matching {
  const { workspace, n } = state;
  return {
    status,
    iterations,
    columns: workspace.i32(state.colOfRow, n).slice(),
    f: workspace.f64(state.f, n).slice(),
    g: workspace.f64(state.g, n).slice(),
  };
}
