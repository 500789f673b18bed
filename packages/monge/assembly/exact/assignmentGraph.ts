// The state of an assignment over candidate arcs: the caller's arrays and the scratch by address, and prices to start from.
// How the kernels play together stands in assignmentArcs.ts.
import { heapBytes, heapInit } from "./assignmentHeap";

export let n: i32 = 0;
export let rowPtr: usize = 0;
export let colIdx: usize = 0;
export let cost: usize = 0;
export let f: usize = 0;
export let g: usize = 0;
export let colOfRow: usize = 0;
export let rowOfCol: usize = 0;
// Per column: distance, row it was reached from and over which arc, whether it is settled; columns as settled.
export let dist: usize = 0;
export let parentRow: usize = 0;
export let parentArc: usize = 0;
export let settled: usize = 0;
export let order: usize = 0;
// Per row: cost of its matched arc, root of its tree, column that the tree of a root found; the free rows.
export let matchedCost: usize = 0;
export let rootOf: usize = 0;
export let closed: usize = 0;
export let free: usize = 0;
export let freeCount: i32 = 0;

export function assignmentArcsBytes(size: i32): usize {
  return <usize>size * 44 + 16 + heapBytes(size);
}

export function assignmentArcsInit(
  size: i32,
  rowPtrAt: usize,
  colIdxAt: usize,
  costAt: usize,
  fAt: usize,
  gAt: usize,
  colOfRowAt: usize,
  rowOfColAt: usize,
  scratch: usize,
): void {
  n = size;
  rowPtr = rowPtrAt;
  colIdx = colIdxAt;
  cost = costAt;
  f = fAt;
  g = gAt;
  colOfRow = colOfRowAt;
  rowOfCol = rowOfColAt;
  const wide = <usize>n << 3;
  const narrow = <usize>n << 2;
  dist = scratch;
  matchedCost = dist + wide;
  parentRow = matchedCost + wide;
  parentArc = parentRow + narrow;
  settled = parentArc + narrow;
  order = settled + narrow;
  rootOf = order + narrow;
  closed = rootOf + narrow;
  free = closed + narrow;
  heapInit(n, (free + narrow + 15) & ~15);
  freeCount = 0;
  for (let j = 0; j < n; j++) {
    store<f64>(dist + (<usize>j << 3), Infinity);
    store<i32>(settled + (<usize>j << 2), 0);
  }
}

export function assignmentArcsFree(): i32 {
  return freeCount;
}

export function assignmentArcsReduce(): void {
  for (let j = 0; j < n; j++) store<f64>(g + (<usize>j << 3), Infinity);
  const end = load<i32>(rowPtr + (<usize>n << 2));
  for (let k = 0; k < end; k++) {
    const at = g + (<usize>load<i32>(colIdx + (<usize>k << 2)) << 3);
    const c = load<f64>(cost + (<usize>k << 3));
    if (c < load<f64>(at)) store<f64>(at, c);
  }
  for (let j = 0; j < n; j++) {
    const at = g + (<usize>j << 3);
    if (load<f64>(at) == Infinity) store<f64>(at, 0);
  }
}

export function assignmentArcsSpread(out: usize): void {
  for (let i = 0; i < n; i++) {
    const end = load<i32>(rowPtr + (<usize>i << 2) + 4);
    let least = Infinity;
    let most = -Infinity;
    for (let k = load<i32>(rowPtr + (<usize>i << 2)); k < end; k++) {
      const j = load<i32>(colIdx + (<usize>k << 2));
      const reduced = load<f64>(cost + (<usize>k << 3)) - load<f64>(g + (<usize>j << 3));
      least = min(least, reduced);
      if (reduced < Infinity) most = max(most, reduced);
    }
    store<f64>(out + (<usize>i << 3), least < most ? most - least : 0);
  }
}

export function assignmentArcsRelease(): void {
  memory.fill(colOfRow, 0xff, <usize>n << 2);
  memory.fill(rowOfCol, 0xff, <usize>n << 2);
}

export function listFree(): void {
  freeCount = 0;
  for (let i = 0; i < n; i++) {
    if (load<i32>(colOfRow + (<usize>i << 2)) < 0) {
      store<i32>(free + (<usize>freeCount << 2), i);
      freeCount++;
    }
  }
}

export function setFree(count: i32): void {
  freeCount = count;
}

@inline
export function match(i: i32, j: i32, c: f64): void {
  store<i32>(colOfRow + (<usize>i << 2), j);
  store<i32>(rowOfCol + (<usize>j << 2), i);
  store<f64>(matchedCost + (<usize>i << 3), c);
}
