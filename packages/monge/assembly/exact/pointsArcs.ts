// Arcs between two clouds in CSR form: the union of per-row lists, per-column lists and an earlier CSR, with their costs.

import { cloudSize } from "./boxes";
import { pointsCost } from "./points";

/**
 * Counts the arcs of each row before repetitions are taken out: cursor[i] (i32, n + 1) becomes the first place of row i.
 * rowCounts/rowColumns: lists of stride rowK; columnCounts/columnRows: lists of stride columnK; kept: an earlier CSR. Zero
 * addresses stand for absent sources. Returns the total, the capacity that `pointsArcsFill` needs for colIdx.
 */
export function pointsArcsCount(
  x: usize,
  y: usize,
  rowCounts: usize,
  columnCounts: usize,
  columnRows: usize,
  columnK: i32,
  keptPtr: usize,
  cursor: usize,
): i32 {
  const n = cloudSize(x);
  const m = cloudSize(y);
  for (let i = 0; i <= n; i++) store<i32>(cursor + ((<usize>i) << 2), 0);
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 2;
    let count = rowCounts ? load<i32>(rowCounts + at) : 0;
    if (keptPtr) count += load<i32>(keptPtr + at, 4) - load<i32>(keptPtr + at);
    store<i32>(cursor + at, count, 4);
  }
  if (columnCounts) {
    for (let j = 0; j < m; j++) {
      const list = columnRows + ((<usize>j * columnK) << 2);
      const count = load<i32>(columnCounts + ((<usize>j) << 2));
      for (let k = 0; k < count; k++) {
        const at = cursor + ((<usize>load<i32>(list + ((<usize>k) << 2))) << 2);
        store<i32>(at, load<i32>(at, 4) + 1, 4);
      }
    }
  }
  for (let i = 0; i < n; i++) {
    const at = cursor + ((<usize>i) << 2);
    store<i32>(at, load<i32>(at, 4) + load<i32>(at), 4);
  }
  return load<i32>(cursor + ((<usize>n) << 2));
}

/** Fills rowPtr (n + 1) and colIdx with the ascending, distinct columns of each row; `cursor` comes from the count. Returns the arcs. */
export function pointsArcsFill(
  x: usize,
  y: usize,
  rowCounts: usize,
  rowColumns: usize,
  rowK: i32,
  columnCounts: usize,
  columnRows: usize,
  columnK: i32,
  keptPtr: usize,
  keptIdx: usize,
  cursor: usize,
  rowPtr: usize,
  colIdx: usize,
): i32 {
  const n = cloudSize(x);
  const m = cloudSize(y);
  memory.copy(rowPtr, cursor, (<usize>(n + 1)) << 2);
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 2;
    let place = load<i32>(cursor + at);
    if (rowCounts) {
      const count = load<i32>(rowCounts + at);
      memory.copy(colIdx + ((<usize>place) << 2), rowColumns + ((<usize>i * rowK) << 2), (<usize>count) << 2);
      place += count;
    }
    if (keptPtr) {
      const first = load<i32>(keptPtr + at);
      const count = load<i32>(keptPtr + at, 4) - first;
      memory.copy(colIdx + ((<usize>place) << 2), keptIdx + ((<usize>first) << 2), (<usize>count) << 2);
      place += count;
    }
    store<i32>(cursor + at, place);
  }
  if (columnCounts) {
    for (let j = 0; j < m; j++) {
      const list = columnRows + ((<usize>j * columnK) << 2);
      const count = load<i32>(columnCounts + ((<usize>j) << 2));
      for (let k = 0; k < count; k++) {
        const at = cursor + ((<usize>load<i32>(list + ((<usize>k) << 2))) << 2);
        const place = load<i32>(at);
        store<i32>(at, place + 1);
        store<i32>(colIdx + ((<usize>place) << 2), j);
      }
    }
  }
  let arcs = 0;
  for (let i = 0; i < n; i++) {
    const first = load<i32>(rowPtr + ((<usize>i) << 2));
    const last = load<i32>(cursor + ((<usize>i) << 2));
    for (let k = first + 1; k < last; k++) {
      const column = load<i32>(colIdx + ((<usize>k) << 2));
      let place = k;
      while (place > first && load<i32>(colIdx + ((<usize>place) << 2) - 4) > column) {
        store<i32>(colIdx + ((<usize>place) << 2), load<i32>(colIdx + ((<usize>place) << 2) - 4));
        place--;
      }
      store<i32>(colIdx + ((<usize>place) << 2), column);
    }
    store<i32>(rowPtr + ((<usize>i) << 2), arcs);
    let previous = -1;
    for (let k = first; k < last; k++) {
      const column = load<i32>(colIdx + ((<usize>k) << 2));
      if (column == previous) continue;
      previous = column;
      store<i32>(colIdx + (<usize>arcs << 2), column);
      arcs++;
    }
  }
  store<i32>(rowPtr + ((<usize>n) << 2), arcs);
  return arcs;
}

/** cost (f64 per arc) of the CSR arcs between clouds x and y. */
export function pointsArcsCost(x: usize, y: usize, rowPtr: usize, colIdx: usize, cost: usize): void {
  const n = cloudSize(x);
  for (let i = 0; i < n; i++) {
    const last = load<i32>(rowPtr + ((<usize>i) << 2), 4);
    for (let k = load<i32>(rowPtr + ((<usize>i) << 2)); k < last; k++) {
      store<f64>(cost + ((<usize>k) << 3), pointsCost(x, y, i, load<i32>(colIdx + ((<usize>k) << 2))));
    }
  }
}
