// Network simplex on a dense cost matrix in memory: pivots over a shortlist of arcs per row, full SIMD sweeps to renew it.
// Shortlists after Gottschlich and Schuhmacher (2014), chosen by reduced cost; the answer is optimal when a full sweep is clean.
import { arcsBind, arcsBytes, arcsSettle, begins, columns, ends, pivots, prices, tolerance } from "./arcs";
import { findColumn, lowerTo, rowMinimum, selectBytes, selectColumns } from "./rows";
import { pi, potentials, sinks, sources } from "./tree";

let matrix: usize = 0;
let width: i32 = 0;
let scratch: usize = 0;
let violated: i32 = -1;

/** Bytes of the lists and scratch for shortlists of `width` columns. */
export function denseBytes(n: i32, width: i32): usize {
  const rows = <usize>n;
  return rows * <usize>width * 12 + rows * 8 + arcsBytes(n) + selectBytes(width) + 128;
}

/** Binds the matrix (f64, n x m, Infinity: forbidden) and lists of `listWidth` <= m columns at `address`, priced in blocks of `block` rows. */
export function denseBind(cost: usize, address: usize, listWidth: i32, block: i32): void {
  const n = <usize>sources;
  matrix = cost;
  width = listWidth;
  violated = -1;
  const price = address;
  const begin = price + n * <usize>width * 8;
  const end = begin + n * 4;
  const column = end + n * 4;
  const candidates = (column + n * <usize>width * 4 + 15) & ~15;
  scratch = (candidates + arcsBytes(sources) + 15) & ~15;
  arcsBind(begin, end, column, price, candidates, block);
  for (let i = 0; i < sources; i++) store<i32>(begin + (<usize>i << 2), i * width);
}

/** g_j = min over the given rows (i32) of C_ij - f_i, f (f64) in the order of the rows; count 0: min over all rows of C_ij; 0 if all are forbidden. */
export function denseExtend(rows: usize, f: usize, count: i32): void {
  const m = sinks;
  const g = potentials + (<usize>sources << 3);
  for (let j = 0; j < m; j++) store<f64>(g + (<usize>j << 3), Infinity);
  for (let i = 0; count == 0 && i < sources; i++) lowerTo(g, matrix + ((<usize>i * m) << 3), 0, m);
  for (let k = 0; k < count; k++) {
    const i = load<i32>(rows + (<usize>k << 2));
    lowerTo(g, matrix + ((<usize>i * m) << 3), load<f64>(f + (<usize>k << 3)), m);
  }
  // Infinity - Infinity would be NaN.
  for (let j = 0; j < m; j++) if (load<f64>(g + (<usize>j << 3)) == Infinity) store<f64>(g + (<usize>j << 3), 0);
}

/** f_i = min_j C_ij - g_j, 0 if all are forbidden. Returns the dual value for the masses (n, then m), sum a f + sum b g. */
export function denseReduce(masses: usize): f64 {
  const n = sources;
  const m = sinks;
  const g = potentials + (<usize>n << 3);
  let value = 0.0;
  for (let i = 0; i < n; i++) {
    const least = rowMinimum(matrix + ((<usize>i * m) << 3), g, m);
    store<f64>(potentials + (<usize>i << 3), least == Infinity ? 0 : least);
  }
  for (let v = 0; v < n + m; v++) value += load<f64>(masses + (<usize>v << 3)) * pi(v);
  return value;
}

/** The list of each row: its columns of least reduced cost. */
export function denseList(): void {
  for (let i = 0; i < sources; i++) shortlist(i);
}

/** Copies the given rows and columns (i32) of an f64 matrix with m columns to `out`. */
export function denseSample(cost: usize, m: i32, rows: usize, height: i32, cols: usize, width: i32, out: usize): void {
  for (let k = 0; k < height; k++) {
    const row = cost + ((<usize>load<i32>(rows + (<usize>k << 2)) * m) << 3);
    for (let l = 0; l < width; l++, out += 8) {
      store<f64>(out, load<f64>(row + (<usize>load<i32>(cols + (<usize>l << 2)) << 3)));
    }
  }
}

/** Rows with an arc that prices out at the last sweep; -1 before the first. */
export function denseViolated(): i32 {
  return violated;
}

/** Pivots until a sweep over the whole matrix is clean (returns 0) or `maxPivots` more were done, a sweep counting as one (returns 1). */
export function denseRun(maxPivots: i32): i32 {
  let left = maxPivots;
  while (left > 0) {
    const before = pivots;
    if (arcsSettle(left) == 1) return 1;
    violated = width == sinks ? 0 : sweep();
    if (violated == 0) return 0;
    left -= pivots - before + 1;
  }
  return 1;
}

// The list of row i: its `width` columns of least reduced cost, or all that are allowed if those are fewer.
function shortlist(i: i32): void {
  const m = sinks;
  const row = matrix + ((<usize>i * m) << 3);
  const at = <usize>(i * width);
  const column = columns + (at << 2);
  const count = selectColumns(row, potentials + (<usize>sources << 3), m, width, column, scratch);
  store<i32>(ends + (<usize>i << 2), <i32>at + count);
  for (let k: usize = 0; k < <usize>count; k++) {
    store<f64>(prices + ((at + k) << 3), load<f64>(row + (<usize>load<i32>(column + (k << 2)) << 3)));
  }
}

// Renews the lists of the rows in which some arc prices out, so that each of them lists one; returns their number.
function sweep(): i32 {
  let found = 0;
  for (let i = 0; i < sources; i++) {
    const j = columnOut(i);
    if (j < 0) continue;
    shortlist(i);
    enlist(i, j);
    found++;
  }
  return found;
}

// A column with which row i prices out, -1 if there is none.
function columnOut(i: i32): i32 {
  const m = sinks;
  const g = potentials + (<usize>sources << 3);
  const row = matrix + ((<usize>i * m) << 3);
  const fi = pi(i);
  const least = rowMinimum(row, g, m);
  if (least - fi >= -tolerance(0, fi, least)) return -1;
  const best = findColumn(row, g, m, least);
  if (least - fi < -tolerance(load<f64>(row + (<usize>best << 3)), fi, least)) return best;
  // The most negative arc may drown in rounding while another of smaller magnitude does not.
  for (let j = 0; j < m; j++) {
    const c = load<f64>(row + (<usize>j << 3));
    const rest = c - load<f64>(g + (<usize>j << 3));
    if (rest - fi < -tolerance(c, fi, rest)) return j;
  }
  return -1;
}

// Puts column j at the end of the list of row i if it is not in there.
function enlist(i: i32, j: i32): void {
  const end = load<i32>(ends + (<usize>i << 2));
  for (let at = i * width; at < end; at++) if (load<i32>(columns + (<usize>at << 2)) == j) return;
  store<i32>(columns + (<usize>(end - 1) << 2), j);
  store<f64>(prices + (<usize>(end - 1) << 3), load<f64>(matrix + ((<usize>i * sinks + j) << 3)));
}
