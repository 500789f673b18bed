// The state of one problem between two histograms on a grid of h x w cells under |x - y|^2: masses, potentials, arcs, flows.
// Costs are whole numbers and so are potentials: a reduced cost is 0 or at least 1, and no comparison has a tolerance.

export let height: i32 = 0;
export let width: i32 = 0;
export let cells: i32 = 0;
/** Masses in whole quanta (f64): of rows p, of columns q; what is not yet sent, or not yet received. */
export let rowMass: usize = 0;
export let columnMass: usize = 0;
export let excess: usize = 0;
export let deficit: usize = 0;
/** Potentials (i32): c_ij - f_i - g_j >= 0 on the pairs of cells with mass. */
export let f: usize = 0;
export let g: usize = 0;
/** One pass of a transform along the second axis (i32). */
export let half: usize = 0;
/** Arcs of row i: [begins[i], begins[i + 1]). Column and cost (i32), flow (f64). */
export let begins: usize = 0;
export let columns: usize = 0;
export let costs: usize = 0;
export let flows: usize = 0;
/** The row that an arc leaves, and the arcs with flow into a column as a list in both directions (i32; -1 ends). */
export let owners: usize = 0;
export let heads: usize = 0;
export let following: usize = 0;
export let preceding: usize = 0;
/** The arcs of a row with reduced cost 0: tights[begins[i] .. begins[i] + tightCounts[i]). */
export let tights: usize = 0;
export let tightCounts: usize = 0;
/** The same arcs by column: arrivals[arrivalBegins[j] .. arrivalBegins[j + 1]). */
export let arrivals: usize = 0;
export let arrivalBegins: usize = 0;
/** Labels of rows and columns in searches (i32), and where a depth-first search stands. */
export let rowLabels: usize = 0;
export let columnLabels: usize = 0;
export let rowPlaces: usize = 0;
export let columnPlaces: usize = 0;
/** Queues and stacks of searches: 4 i32 a cell. */
export let queue: usize = 0;
/** Heads of buckets of rows by distance (i32). */
export let buckets: usize = 0;
export let capacity: i32 = 0;

/** Distances that a search tells apart; farther rows wait for the next. */
export const farthest: i32 = 4096;
/** Beyond every distance. */
export const never: i32 = 0x3fffffff;

/** Bytes for grids of at most `count` cells with at most `arcs` arcs. */
export function rasterBytes(count: i32, arcs: i32): usize {
  return (<usize>count + 2) * (4 * 8 + 16 * 4) + <usize>arcs * (8 + 7 * 4) + <usize>(farthest + 1) * 4 + 512;
}

/** Lays the problem of h x w cells out at `address`. */
export function rasterBind(h: i32, w: i32, address: usize, arcs: i32): void {
  height = h;
  width = w;
  cells = h * w;
  capacity = arcs;
  const n = <usize>cells + 2;
  rowMass = address;
  columnMass = rowMass + n * 8;
  excess = columnMass + n * 8;
  deficit = excess + n * 8;
  flows = deficit + n * 8;
  f = flows + <usize>arcs * 8;
  g = f + n * 4;
  half = g + n * 4;
  begins = half + n * 4;
  heads = begins + n * 4;
  tightCounts = heads + n * 4;
  rowLabels = tightCounts + n * 4;
  columnLabels = rowLabels + n * 4;
  rowPlaces = columnLabels + n * 4;
  columnPlaces = rowPlaces + n * 4;
  queue = columnPlaces + n * 4;
  arrivalBegins = queue + n * 16;
  buckets = arrivalBegins + n * 4;
  columns = buckets + <usize>(farthest + 1) * 4;
  costs = columns + <usize>arcs * 4;
  owners = costs + <usize>arcs * 4;
  following = owners + <usize>arcs * 4;
  preceding = following + <usize>arcs * 4;
  tights = preceding + <usize>arcs * 4;
  arrivals = tights + <usize>arcs * 4;
}

/** Takes the masses (f64, whole, equal sums) at `p` and `q`. */
export function rasterMasses(p: usize, q: usize): void {
  memory.copy(rowMass, p, <usize>cells << 3);
  memory.copy(columnMass, q, <usize>cells << 3);
}

export function rasterRowPotentials(): usize {
  return f;
}
export function rasterColumnPotentials(): usize {
  return g;
}

// @ts-ignore: decorator
@inline
export function int(base: usize, k: i32): i32 {
  return load<i32>(base + (<usize>k << 2));
}
// @ts-ignore: decorator
@inline
export function setInt(base: usize, k: i32, value: i32): void {
  store<i32>(base + (<usize>k << 2), value);
}
// @ts-ignore: decorator
@inline
export function real(base: usize, k: i32): f64 {
  return load<f64>(base + (<usize>k << 3));
}
// @ts-ignore: decorator
@inline
export function setReal(base: usize, k: i32, value: f64): void {
  store<f64>(base + (<usize>k << 3), value);
}
