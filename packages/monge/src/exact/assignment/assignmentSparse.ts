// The assignment over the arcs of a sparse graph: an auction for prices, then shortest augmenting paths; no matrix.
// Bertsekas (1988) for the auction; Jonker and Volgenant (1987) for the paths, here from all free rows at once.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Progress, Status } from "../../run/options.ts";
import type { ArcList } from "../networkSimplex/simplexArcs.ts";
import { allocateArcState, arcSpread, bindArcs, lowestPrice, readState, settleArcs } from "./assignmentArcs.ts";
import { completeMatching, infeasible, type MatchControl, type Matching, type RowSource } from "./matching.ts";

/** Bids a row at each epsilon, and the fraction of the spread of reduced costs at which the auction ends. */
const bidsPerRow = 12;
const finest = 1 / 100;

/**
 * The cheapest perfect matching over `arcs`, the finite entries of `source` (n = m), from prices `g` or from none.
 * An interrupted one is completed where the graph allows. Throws `Infeasible` with a Hall violator.
 */
export function* matchSparse(
  workspace: Workspace,
  source: RowSource,
  arcs: ArcList,
  g: Float64Array | null,
  control: MatchControl,
): Generator<Progress, Matching, void> {
  const { n } = source;
  const { call } = workspace;
  const state = allocateArcState(workspace, n);
  let iterations = 0;
  const read = (status: Status): Matching => readState(state, status, iterations);
  control.offer(() => completeMatching(source, read("stopped")));
  function* pause(phase: string): Generator<Progress, Status | null, void> {
    yield { phase, iteration: iterations, error: call.assignmentArcsFree() / n, elapsedMs: control.elapsedMs() };
    return control.interrupted();
  }
  bindArcs(state, { rowPtr: arcs.rowPtr, colIdx: arcs.column, cost: arcs.price });
  if (g === null) call.assignmentArcsReduce();
  else workspace.f64(state.g, n).set(g);
  const floor = lowestPrice(state) - 4 * range(workspace.f64(arcs.price, arcs.count));
  const spread = arcSpread(state);
  for (let eps = g === null ? spread / 2 : 0; eps > spread * finest; eps /= 8) {
    call.assignmentArcsRelease();
    call.assignmentArcsAuction(eps, bidsPerRow * n, floor);
    const stopped = yield* pause("auction");
    if (stopped !== null) return completeMatching(source, read(stopped));
  }
  let open = settleArcs(state, floor) === 0 ? 0 : 1;
  while (open !== 0) {
    const stopped = yield* pause("paths");
    if (stopped !== null) return completeMatching(source, read(stopped));
    open = call.assignmentArcsAugment(1);
    iterations++;
    if (open === 2) {
      throw infeasible(source, workspace.i32(call.assignmentArcsStuck(), call.assignmentArcsStuckCount()).slice());
    }
  }
  return read("optimal");
}

function range(prices: Float64Array): number {
  let least = Infinity;
  let most = -Infinity;
  for (const price of prices) {
    least = Math.min(least, price);
    most = Math.max(most, price);
  }
  return least < most ? most - least : 0;
}
