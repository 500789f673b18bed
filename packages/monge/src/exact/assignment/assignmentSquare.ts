// Square assignment under a dense matrix: min sum_i c(i, sigma(i)) over permutations sigma.
// Candidate arcs by reduced cost, an auction and shortest paths on them, scans of the whole matrix until none finds a violated pair.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Progress } from "../../run/options.ts";
import {
  type ArcState,
  type Arcs,
  allocateArcState,
  arcSpread,
  bindArcs,
  lowestPrice,
  readState,
  settleArcs,
} from "./assignmentArcs.ts";
import { completeMatching, infeasible, type MatchControl, type Matching, type RowSource } from "./matching.ts";

const candidates = 16;
const additions = 8;
// Below this many rows the candidates are all pairs and the auction does not pay.
const smallest = 48;
// Bids per row and epsilon; while epsilon falls, up to `patience` of them if many rows are still free.
const bidsPerRow = 12;
const patience = 64;
const chunkEntries = 1 << 21;

interface Dense {
  /** Candidates per row. */
  readonly k: number;
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

  const range = yield* loadMatrix(dense, source, prices, progress);
  const floor = lowestPrice(state) - 4 * range;
  yield* scanAll(dense, progress);
  const early = stopped() ?? (yield* auction(dense, range, floor, prices !== null, stopped, progress));
  if (early !== null) return early;
  free = settleArcs(state, floor);
  const { call } = workspace;
  for (let slack = 4; ; slack *= 1.25) {
    let status = free === 0 ? 0 : 1;
    while (status !== 0) {
      status = call.assignmentArcsAugment(1);
      iteration++;
      free = call.assignmentArcsFree();
      yield progress("paths");
      const cut = stopped();
      if (cut !== null) return cut;
      if (status === 2) {
        yield* widen(dense, source, progress);
        free = call.assignmentArcsRepair();
        status = free === 0 ? 0 : 1;
      }
    }
    const added = yield* price(dense, slack, progress);
    if (added === 0) break;
    bindArcs(state, dense.arcs);
    free = call.assignmentArcsRepair();
  }
  workspace.f64(state.f, n).set(workspace.f64(dense.least, n));
  return readState(state, "optimal", iteration);
}

function allocate(workspace: Workspace, n: number): Dense {
  const k = n < smallest ? n : candidates;
  const state = allocateArcState(workspace, n);
  const bound = workspace.alloc(8 * n);
  const least = workspace.alloc(8 * n);
  const buffer = workspace.alloc(4 * n + 16 * Math.max(k, additions) + 48);
  const arcs = allocateStore(workspace, n, n * (k + 2));
  const spare = allocateStore(workspace, n, n * (k + 2));
  const rowPtr = workspace.i32(arcs.rowPtr, n + 1);
  for (let i = 0; i <= n; i++) rowPtr[i] = i * k;
  return { k, state, bound, least, buffer, arcs, spare, matrix: workspace.alloc(8 * n * n) };
}

function allocateStore(workspace: Workspace, n: number, capacity: number): Store {
  const rowPtr = workspace.alloc(4 * (n + 1));
  return { rowPtr, colIdx: workspace.alloc(4 * capacity), cost: workspace.alloc(8 * capacity), capacity };
}

function* loadMatrix(
  dense: Dense,
  source: RowSource,
  prices: Float64Array | null,
  progress: (phase: string) => Progress,
): Generator<Progress, number, void> {
  const { state, matrix } = dense;
  let largest = -Infinity;
  const { workspace, n } = state;
  workspace.f64(state.g, n).fill(Infinity);
  const step = Math.max(1, Math.floor(chunkEntries / n));
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    source.fill(begin, end, workspace.f64(matrix + 8 * begin * n, (end - begin) * n));
    largest = Math.max(largest, workspace.call.assignmentDenseColumnMin(matrix, n, state.g, begin, end));
    if (end < n) yield progress("load");
  }
  const g = workspace.f64(state.g, n);
  let least = Infinity;
  for (const value of g) least = Math.min(least, value);
  if (prices !== null) g.set(prices);
  else for (let j = 0; j < n; j++) if (g[j] === Infinity) g[j] = 0;
  return least < largest ? largest - least : 0;
}

/** The k candidates of every row at the present prices. */
function* scanAll(dense: Dense, progress: (phase: string) => Progress): Generator<Progress, void, void> {
  const { state, arcs, k, matrix, bound, buffer } = dense;
  const { call } = state.workspace;
  const { n, g, colOfRow, rowOfCol } = state;
  call.assignmentAuctionInit(matrix, n, k, g, arcs.colIdx, arcs.cost, bound, colOfRow, rowOfCol, buffer);
  const step = Math.max(1, Math.floor(chunkEntries / n));
  for (let begin = 0; begin < n; begin += step) {
    call.assignmentAuctionScan(begin, Math.min(n, begin + step));
    if (begin + step < n) yield progress("scan");
  }
  bindArcs(state, arcs);
}

/**
 * Start prices: epsilon rises until an auction of a dozen bids a row places nearly all rows, then falls by 8 to a fraction
 * of the range of the candidates. Leaves fresh candidates. Returns the answer so far if the run is to stop.
 */
function* auction(
  dense: Dense,
  range: number,
  floor: number,
  warm: boolean,
  stopped: () => Matching | null,
  progress: (phase: string) => Progress,
): Generator<Progress, Matching | null, void> {
  const { state } = dense;
  const { call } = state.workspace;
  const { n } = state;
  const spread = arcSpread(state);
  if (n < smallest || range === 0 || spread === 0) return null;
  // A bid may scan a row: a chunk is bounded by entries, like those of the scans.
  const chunk = Math.min(4 * n, Math.ceil((16 * chunkEntries) / n));
  let rising = true;
  for (let eps = spread / (warm ? 32 : 2); ; ) {
    call.assignmentAuctionOpen();
    let free = n;
    const limit = rising ? bidsPerRow : patience;
    for (let spent = 0; free > 0 && spent < n * (free * 400 > n ? limit : bidsPerRow); spent += chunk) {
      free = call.assignmentAuctionBid(eps, chunk, floor);
      yield progress("auction");
      const early = stopped();
      if (early !== null) return early;
    }
    rising = rising && free * 100 > n && eps < range;
    // Under ties the candidates may span nothing at all, hence the second bound.
    if (!rising && eps < Math.max(arcSpread(state) / 100, range * 2 ** -44)) break;
    eps = rising ? eps * 8 : eps / 8;
  }
  yield* scanAll(dense, progress);
  return null;
}

/** Scans the matrix for pairs below f_i by more than `slack` units of rounding and adds them to the arcs. */
function* price(dense: Dense, slack: number, progress: (phase: string) => Progress): Generator<Progress, number, void> {
  const { state } = dense;
  const { workspace, n } = state;
  const bounds = workspace.f64(dense.bound, n);
  const columns = workspace.i32(state.colOfRow, n);
  const f = workspace.f64(state.f, n);
  const g = workspace.f64(state.g, n);
  for (let i = 0; i < n; i++) {
    const own = g[columns[i]];
    bounds[i] = f[i] - slack * Number.EPSILON * (Math.abs(f[i] + own) + Math.abs(own) + Math.abs(f[i]));
  }
  return yield* extend(dense, state.g, n, progress);
}

/** Adds to the arcs of each row up to `additions` pairs of reduced cost below its bound at these prices. */
function* extend(
  dense: Dense,
  prices: number,
  rows: number,
  progress: (phase: string) => Progress,
): Generator<Progress, number, void> {
  const { state, matrix, bound, least, buffer, arcs: old } = dense;
  const { workspace, n } = state;
  const k = Math.min(n, additions);
  const needed = workspace.i32(old.rowPtr, n + 1)[n] + k * rows;
  const found = dense.spare.capacity < needed ? allocateStore(workspace, n, 2 * needed) : dense.spare;
  workspace.i32(found.rowPtr, 1)[0] = 0;
  const step = Math.max(1, Math.floor(chunkEntries / n));
  const from = [old.rowPtr, old.colIdx, old.cost] as const;
  let added = 0;
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    const into = [found.rowPtr, found.colIdx, found.cost, buffer] as const;
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
  const added = yield* extend(dense, masked, rows.length, progress);
  if (added === 0) throw infeasible(source, rows);
  if (dense.arcs.rowPtr < mark) workspace.release(mark);
  bindArcs(state, dense.arcs);
}
