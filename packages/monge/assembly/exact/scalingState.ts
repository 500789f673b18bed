// The state of one cost-scaling run: a bipartite graph, a flow on it, prices, and the lists that find things fast.
// Everything but the graph and the prices lies in one scratch block; `scalingInit` sets every global for one solve.

export let n: i32 = 0;
export let m: i32 = 0;
/** Arcs by rows, the caller's, read only: rowPtr i32[n + 1], colIdx i32[nnz], cost f64[nnz]. */
export let rowPtr: usize = 0;
export let colIdx: usize = 0;
export let cost: usize = 0;
/** Flow f64 and row i32 of each arc. */
export let flow: usize = 0;
export let arcRow: usize = 0;
/** Copy of the arcs by columns: colPtr i32[m + 1], colRow i32[nnz], colCost f64[nnz]. */
export let colPtr: usize = 0;
export let colRow: usize = 0;
export let colCost: usize = 0;
/** Prices f64[n] and f64[m]; reduced cost is cost - f - g. */
export let f: usize = 0;
export let g: usize = 0;
/** Mass f64[n] not yet shipped by each row, f64[m] not yet received by each column. */
export let excess: usize = 0;
export let deficit: usize = 0;
/** Arcs with flow into each column: head i32[m], doubly linked through next, previous i32[nnz]. */
export let head: usize = 0;
export let next: usize = 0;
export let previous: usize = 0;
/** Ring of rows with excess, i32[n], each at most once (queued u8[n]). */
export let queue: usize = 0;
export let queued: usize = 0;
/** Buckets of the global search: distance i32[n + m + 1], doubly linked members, first i32[buckets]. */
export let distance: usize = 0;
export let bucketNext: usize = 0;
export let bucketPrevious: usize = 0;
export let bucketFirst: usize = 0;
/** Depth-first search: path i32[n + m], current arcs rowCursor i32[n], colCursor i32[m]; they share the buckets' memory. */
export let path: usize = 0;
export let rowCursor: usize = 0;
export let colCursor: usize = 0;
/** A mark a node, u8[n + m + 1]. */
export let marked: usize = 0;
/** The forest of the crossover: node and arc above each node, i32[n + m + 1]. */
export let up: usize = 0;
export let upArc: usize = 0;

export const buckets: i32 = 8192;

// @ts-ignore: decorator
@inline
export function real(base: usize, index: i32): f64 {
  return load<f64>(base + ((<usize>index) << 3));
}
// @ts-ignore: decorator
@inline
export function setReal(base: usize, index: i32, value: f64): void {
  store<f64>(base + ((<usize>index) << 3), value);
}
// @ts-ignore: decorator
@inline
export function int(base: usize, index: i32): i32 {
  return load<i32>(base + ((<usize>index) << 2));
}
// @ts-ignore: decorator
@inline
export function setInt(base: usize, index: i32, value: i32): void {
  store<i32>(base + ((<usize>index) << 2), value);
}
// @ts-ignore: decorator
@inline
export function byte(base: usize, index: i32): u8 {
  return load<u8>(base + <usize>index);
}
// @ts-ignore: decorator
@inline
export function setByte(base: usize, index: i32, value: u8): void {
  store<u8>(base + <usize>index, value);
}

/** Bytes of scratch that `scalingInit` needs; a number, for it may exceed 2^31. */
export function scalingBytes(rows: i32, columns: i32, arcs: i32): f64 {
  const nodes = <f64>rows + <f64>columns + 1;
  return 32 * <f64>arcs + 45 * nodes + 4 * <f64>buckets + 1024;
}

let top: usize = 0;
function take(bytes: usize): usize {
  const at = top;
  top = (at + bytes + 15) & ~15;
  return at;
}

/**
 * Starts a run on the graph with masses a f64[n], b f64[m] (integers of equal total) and no flow. `g` is both the start
 * (potentials known beforehand, or zeros) and, with `f`, the result.
 */
export function scalingInit(
  rows: i32,
  columns: i32,
  rowPointers: usize,
  columnIndices: usize,
  costs: usize,
  a: usize,
  b: usize,
  rowPrices: usize,
  columnPrices: usize,
  scratch: usize,
): void {
  n = rows;
  m = columns;
  rowPtr = rowPointers;
  colIdx = columnIndices;
  cost = costs;
  f = rowPrices;
  g = columnPrices;
  const nnz = <usize>int(rowPtr, n);
  const nodes = <usize>(n + m + 1);
  top = (scratch + 15) & ~15;
  flow = take(nnz << 3);
  colCost = take(nnz << 3);
  arcRow = take(nnz << 2);
  colRow = take(nnz << 2);
  next = take(nnz << 2);
  previous = take(nnz << 2);
  excess = take((<usize>n) << 3);
  deficit = take((<usize>m) << 3);
  colPtr = take((<usize>m + 1) << 2);
  head = take((<usize>m) << 2);
  queue = take((<usize>n) << 2);
  queued = take(<usize>n);
  marked = take(nodes);
  distance = take(nodes << 2);
  bucketNext = take(nodes << 2);
  bucketPrevious = take(nodes << 2);
  up = take(nodes << 2);
  upArc = take(nodes << 2);
  bucketFirst = take((<usize>buckets) << 2);
  path = bucketNext;
  rowCursor = bucketPrevious;
  colCursor = bucketPrevious + ((<usize>n) << 2);
  memory.fill(flow, 0, nnz << 3);
  memory.copy(excess, a, (<usize>n) << 3);
  memory.copy(deficit, b, (<usize>m) << 3);
  memory.fill(head, 255, (<usize>m) << 2);
  transpose();
}

function transpose(): void {
  const nnz = int(rowPtr, n);
  memory.fill(colPtr, 0, (<usize>m + 1) << 2);
  for (let arc = 0; arc < nnz; arc++) {
    const j = int(colIdx, arc) + 1;
    setInt(colPtr, j, int(colPtr, j) + 1);
  }
  for (let j = 0; j < m; j++) setInt(colPtr, j + 1, int(colPtr, j) + int(colPtr, j + 1));
  // colPtr serves as the cursor and ends shifted by one column.
  for (let i = 0; i < n; i++) {
    const end = int(rowPtr, i + 1);
    for (let arc = int(rowPtr, i); arc < end; arc++) {
      const j = int(colIdx, arc);
      const slot = int(colPtr, j);
      setInt(arcRow, arc, i);
      setInt(colRow, slot, i);
      setReal(colCost, slot, real(cost, arc));
      setInt(colPtr, j, slot + 1);
    }
  }
  for (let j = m; j > 0; j--) setInt(colPtr, j, int(colPtr, j - 1));
  setInt(colPtr, 0, 0);
}

/** Address of the masses that rows could not ship, f64[n]. */
export function scalingExcess(): usize {
  return excess;
}
/** Address of the masses that columns did not receive, f64[m]. */
export function scalingDeficit(): usize {
  return deficit;
}

/** Puts an arc that just got flow into the list of its column. */
// @ts-ignore: decorator
@inline
export function link(arc: i32, j: i32): void {
  const first = int(head, j);
  setInt(next, arc, first);
  setInt(previous, arc, -1);
  if (first >= 0) setInt(previous, first, arc);
  setInt(head, j, arc);
}
/** Takes an arc without flow out of the list of its column. */
// @ts-ignore: decorator
@inline
export function unlink(arc: i32, j: i32): void {
  const after = int(next, arc);
  const before = int(previous, arc);
  if (before >= 0) setInt(next, before, after);
  else setInt(head, j, after);
  if (after >= 0) setInt(previous, after, before);
}

/**
 * Puts the flow of a tree (parent i32, flow f64 of the arc above each of n + m nodes; n + m is the root) onto the arcs of the
 * graph, right after `scalingInit`; returns the number of tree arcs with flow that the graph lacks, whose mass stays unshipped.
 */
export function scalingLoad(parents: usize, flows: usize): i32 {
  let missing = 0;
  for (let v = 0; v < n + m; v++) {
    const above = int(parents, v);
    const held = real(flows, v);
    if (above == n + m || held == 0) continue;
    const i = v < n ? v : above;
    const j = (v < n ? above : v) - n;
    const end = int(rowPtr, i + 1);
    let arc = int(rowPtr, i);
    while (arc < end && int(colIdx, arc) != j) arc++;
    if (arc == end) {
      missing++;
      continue;
    }
    setReal(flow, arc, held);
    link(arc, j);
    setReal(excess, i, real(excess, i) - held);
    setReal(deficit, j, real(deficit, j) - held);
  }
  return missing;
}
