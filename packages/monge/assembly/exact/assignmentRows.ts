// Rectangular assignment on a dense n x m matrix, n <= m: every row matched, one shortest augmenting path a row.
// Dijkstra in its dense form (Jonker and Volgenant 1987): one SIMD pass over a row per column that joins the tree.
// Free columns keep g_j = 0 and prices only fall, so g <= 0 and complementary slackness holds at the end.

let matrix: usize = 0;
let n: i32 = 0;
let m: i32 = 0;
let f: usize = 0;
let g: usize = 0;
let colOfRow: usize = 0;
let rowOfCol: usize = 0;
// Per column, f64: distance (NaN once in the tree: it loses every comparison) and the row it was reached from.
let dist: usize = 0;
let parent: usize = 0;
// The tree in the order of joining: f64 distance and i32 column of each step, i32 row that it leads to; row 0 is the
// source.
let joinedDist: usize = 0;
let joinedCol: usize = 0;
let joinedRow: usize = 0;
let joined: i32 = 0;
let source: i32 = 0;

// scratch: 16 m + 16 n + 16 bytes. Clears the matching and the prices.
export function assignmentRowsInit(
  matrixAt: usize,
  rows: i32,
  cols: i32,
  fAt: usize,
  gAt: usize,
  colOfRowAt: usize,
  rowOfColAt: usize,
  scratch: usize,
): void {
  matrix = matrixAt;
  n = rows;
  m = cols;
  f = fAt;
  g = gAt;
  colOfRow = colOfRowAt;
  rowOfCol = rowOfColAt;
  dist = scratch;
  parent = dist + (<usize>m << 3);
  joinedDist = parent + (<usize>m << 3);
  joinedCol = joinedDist + (<usize>n << 3);
  joinedRow = joinedCol + (<usize>n << 2);
  joined = 0;
  source = 0;
  memory.fill(colOfRow, 0xff, <usize>n << 2);
  memory.fill(rowOfCol, 0xff, <usize>m << 2);
  memory.fill(g, 0, <usize>m << 3);
}

@inline
function entry(i: i32, j: i32): f64 {
  return load<f64>(matrix + ((<usize>i * <usize>m + <usize>j) << 3));
}

// f_i = min_j c_ij; the row takes that column if it is free. For rows [begin, end).
export function assignmentRowsReduce(begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    let least = Infinity;
    let column = -1;
    for (let j = 0; j < m; j++) {
      const c = entry(i, j);
      if (c < least || (c == least && column >= 0 && taken(column) && !taken(j))) {
        least = c;
        column = j;
      }
    }
    store<f64>(f + (<usize>i << 3), column < 0 ? 0 : least);
    if (column >= 0 && !taken(column)) {
      store<i32>(colOfRow + (<usize>i << 2), column);
      store<i32>(rowOfCol + (<usize>column << 2), i);
    }
  }
}

@inline
function taken(j: i32): bool {
  return load<i32>(rowOfCol + (<usize>j << 2)) >= 0;
}

// Matches up to `paths` further free rows, in order. 0: all rows are matched; 1: call again; 2: the rows of the tree
// reach too few columns.
export function assignmentRowsAugment(paths: i32): i32 {
  for (let done = 0; source < n; source++) {
    if (load<i32>(colOfRow + (<usize>source << 2)) >= 0) continue;
    if (done++ == paths) return 1;
    if (!augment()) return 2;
  }
  return 0;
}

// The rows of the last tree, i32[count]: too many for their columns after a status of 2.
export function assignmentRowsTree(): usize {
  return joinedRow;
}

export function assignmentRowsTreeCount(): i32 {
  return joined + 1;
}

// The next row to be looked at: all before it are matched.
export function assignmentRowsNext(): i32 {
  return source;
}

function augment(): bool {
  joined = 0;
  store<i32>(joinedRow, source);
  for (let j = 0; j < m; j++) store<f64>(dist + (<usize>j << 3), Infinity);
  let reach = 0.0;
  let i = source;
  let sink = -1;
  while (true) {
    reach = relax(i, reach);
    if (reach == Infinity) return false;
    const j = nearest(reach);
    const owner = load<i32>(rowOfCol + (<usize>j << 2));
    if (owner < 0) {
      sink = j;
      break;
    }
    store<f64>(joinedDist + (<usize>joined << 3), reach);
    store<i32>(joinedCol + (<usize>joined << 2), j);
    joined++;
    store<i32>(joinedRow + (<usize>joined << 2), owner);
    store<f64>(dist + (<usize>j << 3), NaN);
    i = owner;
  }
  const root = f + (<usize>source << 3);
  store<f64>(root, load<f64>(root) + reach);
  for (let k = 0; k < joined; k++) {
    const j = load<i32>(joinedCol + (<usize>k << 2));
    const row = load<i32>(joinedRow + (<usize>(k + 1) << 2));
    const price = load<f64>(g + (<usize>j << 3)) - (reach - load<f64>(joinedDist + (<usize>k << 3)));
    store<f64>(g + (<usize>j << 3), price);
    store<f64>(f + (<usize>row << 3), entry(row, j) - price);
  }
  let j = sink;
  let row = -1;
  while (row != source) {
    row = <i32>load<f64>(parent + (<usize>j << 3));
    const previous = load<i32>(colOfRow + (<usize>row << 2));
    store<i32>(colOfRow + (<usize>row << 2), j);
    store<i32>(rowOfCol + (<usize>j << 2), row);
    store<f64>(f + (<usize>row << 3), entry(row, j) - load<f64>(g + (<usize>j << 3)));
    j = previous;
  }
  return true;
}

// Distances over row i, which is `reach` from the source. Returns the least distance outside the tree.
function relax(i: i32, reach: f64): f64 {
  const row = matrix + ((<usize>i * <usize>m) << 3);
  const dual = load<f64>(f + (<usize>i << 3));
  const duals = f64x2.splat(dual);
  const reaches = f64x2.splat(reach);
  const from = f64x2.splat(<f64>i);
  let low = f64x2.splat(Infinity);
  const paired = m & ~1;
  let j = 0;
  for (; j < paired; j += 2) {
    const at = <usize>j << 3;
    const reduced = f64x2.sub(f64x2.sub(v128.load(row + at), v128.load(g + at)), duals);
    const through = f64x2.pmax(reaches, f64x2.add(reaches, reduced));
    let known = v128.load(dist + at);
    const shorter = f64x2.lt(through, known);
    if (v128.any_true(shorter)) {
      known = v128.bitselect(through, known, shorter);
      v128.store(dist + at, known);
      v128.store(parent + at, v128.bitselect(from, v128.load(parent + at), shorter));
    }
    low = f64x2.pmin(low, known);
  }
  let least = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
  if (j < m) {
    const at = <usize>j << 3;
    const reduced = load<f64>(row + at) - load<f64>(g + at) - dual;
    const through = reduced > 0 ? reach + reduced : reach;
    if (through < load<f64>(dist + at)) {
      store<f64>(dist + at, through);
      store<f64>(parent + at, <f64>i);
    }
    if (load<f64>(dist + at) < least) least = load<f64>(dist + at);
  }
  return least;
}

// A column at distance `reach`: a free one if there is any, for the shortest tree.
function nearest(reach: f64): i32 {
  let found = -1;
  const wanted = f64x2.splat(reach);
  const paired = m & ~1;
  for (let j = 0; j < m; j += 2) {
    if (j < paired && !v128.any_true(f64x2.eq(v128.load(dist + (<usize>j << 3)), wanted))) continue;
    for (let at = j; at < min(j + 2, m); at++) {
      if (load<f64>(dist + (<usize>at << 3)) != reach) continue;
      if (!taken(at)) return at;
      if (found < 0) found = at;
    }
  }
  return found;
}
