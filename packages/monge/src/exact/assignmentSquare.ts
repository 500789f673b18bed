// Square assignment under a dense matrix: min sum_i c(i, sigma(i)) over permutations sigma.
// Candidate arcs by reduced cost, an auction and shortest paths on them, scans of the whole matrix until none finds a violated pair.
import type { Workspace } from "../kernels/workspace.ts";
import type { Progress } from "../run/options.ts";
import {
  type ArcState,
  type Arcs,
  allocateArcState,
  arcSpread,
  bidArcs,
  bindArcs,
  settleArcs,
} from "./assignmentArcs.ts";
import { completeMatching, infeasible, type MatchControl, type Matching, type RowSource } from "./matching.ts";

const candidates = 16;
const additions = 8;
// Below this many rows the candidates are all pairs and the auction does not pay.
const smallest = 48;
const chunkEntries = 1 << 21;

interface Dense {
  readonly state: ArcState;
  readonly matrix: number;
  /** f64[n]: the largest reduced cost still wanted in a scan; f64[n]: the least one seen. */
  readonly bound: number;
  readonly least: number;
  readonly buffer: number;
  arcs: Store;
  spare: Store;
}

interface Store extends Arcs {
  readonly capacity: number;
}

/** Solves the n x n assignment whose rows `source` fills; `prices` (g) is where to start. Throws `Infeasible`. */
export function* matchSquare(
  workspace: Workspace,
  source: RowSource,
  prices: Float64Array | null,
  control: MatchControl,
): Generator<Progress, Matching, void> {
  const { n } = source;
  const dense = allocate(workspace, n);
  const { state } = dense;
  let iteration = 0;
  let free = n;
  const progress = (phase: string): Progress => ({
    phase,
    iteration,
    error: free / n,
    elapsedMs: control.elapsedMs(),
  });
  const soFar = (): Matching => completeMatching(source, readState(state, "stopped", iteration));
  control.offer(soFar);
  const stopped = (): Matching | null => {
    const status = control.interrupted();
    return status === null ? null : { ...soFar(), status };
  };

  yield* loadMatrix(dense, source, prices, progress);
  let early = stopped();
  if (early !== null) return early;
  yield* scan(dense, Infinity, Math.min(n, n < smallest ? n : candidates), false, progress);
  bindArcs(state, dense.arcs);
  const spread = arcSpread(state);
  const floor = lowestPrice(state);
  if (n >= smallest && spread > 0) {
    for (const [round, divisor] of [2, 8, 32, 128].entries()) {
      bidArcs(state, spread / divisor, floor);
      yield progress("auction");
      early = stopped();
      if (early !== null) return early;
      if (round > 1) continue;
      // The auction has moved the prices: the arcs that matter are others now.
      yield* scan(dense, Infinity, candidates, false, progress);
      bindArcs(state, dense.arcs);
    }
  }
  free = settleArcs(state, floor);
  const { call } = workspace;
  for (let slack = 4; ; slack *= 1.25) {
    let status = free === 0 ? 0 : 1;
    while (status !== 0) {
      status = call.assignmentArcsAugment(1);
      iteration++;
      free = call.assignmentArcsFree();
      yield progress("paths");
      early = stopped();
      if (early !== null) return early;
      if (status === 2) {
        yield* widen(dense, source, progress);
        free = call.assignmentArcsRepair();
        status = free === 0 ? 0 : 1;
      }
    }
    const added = yield* scan(dense, slack, additions, true, progress);
    if (added === 0) break;
    bindArcs(state, dense.arcs);
    free = call.assignmentArcsRepair();
  }
  workspace.f64(state.f, n).set(workspace.f64(dense.least, n));
  return readState(state, "optimal", iteration);
}

function allocate(workspace: Workspace, n: number): Dense {
  const capacity = n * (Math.min(n, n < smallest ? n : candidates) + 2);
  const state = allocateArcState(workspace, n);
  const bound = workspace.alloc(8 * n);
  const least = workspace.alloc(8 * n);
  const buffer = workspace.alloc(16 * Math.max(candidates, smallest));
  const arcs = allocateStore(workspace, n, capacity);
  const spare = allocateStore(workspace, n, capacity);
  return { state, bound, least, buffer, arcs, spare, matrix: workspace.alloc(8 * n * n) };
}

function allocateStore(workspace: Workspace, n: number, capacity: number): Store {
  const rowPtr = workspace.alloc(4 * (n + 1));
  return { rowPtr, colIdx: workspace.alloc(4 * capacity), cost: workspace.alloc(8 * capacity), capacity };
}

function readState(state: ArcState, status: Matching["status"], iterations: number): Matching {
  const { workspace, n } = state;
  return {
    status,
    iterations,
    columns: workspace.i32(state.colOfRow, n).slice(),
    f: workspace.f64(state.f, n).slice(),
    g: workspace.f64(state.g, n).slice(),
  };
}

function* loadMatrix(
  dense: Dense,
  source: RowSource,
  prices: Float64Array | null,
  progress: (phase: string) => Progress,
): Generator<Progress, void, void> {
  const { state, matrix } = dense;
  const { workspace, n } = state;
  workspace.f64(state.g, n).fill(Infinity);
  const step = Math.max(1, Math.floor(chunkEntries / n));
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    source.fill(begin, end, workspace.f64(matrix + 8 * begin * n, (end - begin) * n));
    if (prices === null) workspace.call.assignmentDenseColumnMin(matrix, n, state.g, begin, end);
    if (end < n) yield progress("load");
  }
  const g = workspace.f64(state.g, n);
  if (prices !== null) g.set(prices);
  else for (let j = 0; j < n; j++) if (g[j] === Infinity) g[j] = 0;
}

/** No price of an auction should fall below this: only a war of rows over too few columns would take it there. */
function lowestPrice({ workspace, f, g, n }: ArcState): number {
  let spread = 0;
  for (const value of workspace.f64(f, n)) spread = Math.max(spread, value);
  let price = Infinity;
  for (const value of workspace.f64(g, n)) price = Math.min(price, value);
  return price - 16 * spread;
}

/**
 * Scans the matrix for arcs. With `slack` = Infinity the k best of each row; otherwise pairs that lie below f_i by more than
 * `slack` units of rounding. `keep` adds them to the present arcs instead of replacing these. Returns how many were found.
 */
function* scan(
  dense: Dense,
  slack: number,
  k: number,
  keep: boolean,
  progress: (phase: string) => Progress,
): Generator<Progress, number, void> {
  const { state, bound } = dense;
  const { workspace, n } = state;
  const bounds = workspace.f64(bound, n);
  if (slack === Infinity) bounds.fill(Infinity);
  else {
    const columns = workspace.i32(state.colOfRow, n);
    const f = workspace.f64(state.f, n);
    const g = workspace.f64(state.g, n);
    for (let i = 0; i < n; i++) {
      const price = g[columns[i]];
      bounds[i] = f[i] - slack * Number.EPSILON * (Math.abs(f[i] + price) + Math.abs(price) + Math.abs(f[i]));
    }
  }
  return yield* extend(dense, state.g, k, n, keep, progress);
}

function* extend(
  dense: Dense,
  prices: number,
  k: number,
  rows: number,
  keep: boolean,
  progress: (phase: string) => Progress,
): Generator<Progress, number, void> {
  const { state, matrix, bound, least, buffer, arcs: old } = dense;
  const { workspace, n } = state;
  const length = keep ? workspace.i32(old.rowPtr, n + 1)[n] : 0;
  const needed = length + k * rows;
  const found = dense.spare.capacity < needed ? allocateStore(workspace, n, 2 * needed) : dense.spare;
  workspace.i32(found.rowPtr, 1)[0] = 0;
  const step = Math.max(1, Math.floor(chunkEntries / n));
  const from: readonly number[] = keep ? [old.rowPtr, old.colIdx, old.cost] : [0, 0, 0];
  let added = 0;
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    const into = [found.rowPtr, found.colIdx, found.cost, buffer];
    added += workspace.call.assignmentDenseExtend(matrix, n, prices, begin, end, k, bound, least, ...from, ...into);
    if (end < n) yield progress("scan");
  }
  if (added > 0) {
    dense.spare = old;
    dense.arcs = found;
  } else {
    dense.spare = found;
  }
  return added;
}

/** The paths are stuck: gives the rows that share too few columns arcs to other columns. Throws `Infeasible` if there are none. */
function* widen(
  dense: Dense,
  source: RowSource,
  progress: (phase: string) => Progress,
): Generator<Progress, void, void> {
  const { state, bound } = dense;
  const { workspace, n } = state;
  const { call } = workspace;
  const rows = workspace.i32(call.assignmentArcsStuck(), call.assignmentArcsStuckCount()).slice().sort();
  const mark = workspace.mark();
  const masked = workspace.alloc(8 * n);
  const prices = workspace.f64(masked, n);
  prices.set(workspace.f64(state.g, n));
  const bounds = workspace.f64(bound, n).fill(-Infinity);
  const columns = workspace.i32(state.colOfRow, n);
  for (const i of rows) {
    bounds[i] = Infinity;
    if (columns[i] >= 0) prices[columns[i]] = -Infinity;
  }
  const added = yield* extend(dense, masked, additions, rows.length, true, progress);
  if (added === 0) throw infeasible(source, rows);
  if (dense.arcs.rowPtr < mark) workspace.release(mark);
  bindArcs(state, dense.arcs);
}
