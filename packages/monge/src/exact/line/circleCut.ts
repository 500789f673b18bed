// Where to cut a circle so that transport on it becomes transport on a line: the shift theta between the two distribution functions
// that minimises W(theta) = integral |F^-1(t) - G^-1(t - theta)|^p dt, which is convex and, for atoms, piecewise linear:
// Delon, Salomon and Sobolevski, "Fast transport optimization for Monge costs on the circle" (2010); for p = 1 a weighted median of
// F - G: Rabin, Delon and Gousseau, "Transportation distances on the circle" (2011).
import { argsort } from "./lineOrder.ts";
import { powerDifference } from "./staircase.ts";

/** Atoms on a circle in ascending order, their masses summed up in whole units so that ties between the two sides are exact. */
export interface CircleProblem {
  readonly period: number;
  /** Coordinates in [0, period), ascending; n and m of them. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Whole numbers: the mass of the atoms 0..i; the last of each side is `units`. */
  readonly cumulatedA: Float64Array;
  readonly cumulatedB: Float64Array;
  readonly units: number;
  readonly p: number;
}

/** The circle opened: the stairs begin at atom `row` of x and atom `column` of y, and go on as `moves` says. */
export interface CircleCut {
  readonly row: number;
  readonly column: number;
  /** n + m - 2 moves: 1 to the next atom of x, 0 to the next atom of y. */
  readonly moves: Uint8Array;
  /** The coordinates along the stairs, ascending, beyond the period where they go round. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** The sides unrolled: y from its heaviest atom on, once round; x five times round, from one turn before. */
interface Unrolled {
  readonly n: number;
  readonly m: number;
  readonly x: Float64Array;
  readonly a: Float64Array;
  /** m + 1 coordinates, the last one turn after the first. */
  readonly y: Float64Array;
  readonly b: Float64Array;
  readonly first: number;
  /** Mass of y before its first atom here. */
  readonly offset: number;
}

const turnsBefore = 1;
const turns = 5;

/** Finds the best cut in O((n + m) log units). */
export function cutCircle(problem: CircleProblem): CircleCut {
  const { units, p } = problem;
  const sides = unroll(problem);
  const theta = p === 1 ? medianShift(problem) + sides.offset : searchShift(sides, units, p);
  const { row, column } = tieAt(sides, theta, p);
  return open(problem, sides, theta, row, column);
}

function unroll(problem: CircleProblem): Unrolled {
  const { x, y, cumulatedA, cumulatedB, units, period } = problem;
  const n = x.length;
  const m = y.length;
  // Beginning with the heaviest atom keeps boundaries that fall together from being split by the end of the array.
  let first = 0;
  let heaviest = -1;
  for (let j = 0; j < m; j++) {
    const units = cumulatedB[j] - (j > 0 ? cumulatedB[j - 1] : 0);
    if (units > heaviest) [first, heaviest] = [j, units];
  }
  const offset = first > 0 ? cumulatedB[first - 1] : 0;
  const xs = new Float64Array(turns * n);
  const as = new Float64Array(turns * n);
  for (let turn = 0, at = 0; turn < turns; turn++) {
    for (let i = 0; i < n; i++, at++) {
      xs[at] = x[i] + (turn - turnsBefore) * period;
      as[at] = cumulatedA[i] + (turn - turnsBefore) * units;
    }
  }
  const ys = new Float64Array(m + 1);
  const bs = new Float64Array(m);
  for (let k = 0; k <= m; k++) {
    const j = (first + k) % m;
    const turn = first + k >= m ? 1 : 0;
    ys[k] = k < m ? y[j] + turn * period : y[first] + period;
    if (k < m) bs[k] = cumulatedB[j] + turn * units - offset;
  }
  return { n, m, x: xs, a: as, y: ys, b: bs, first, offset };
}

/** p = 1: W(theta) = integral |F(z) - G(z) - theta| dz. */
function medianShift(problem: CircleProblem): number {
  const { x, y, cumulatedA, cumulatedB, period } = problem;
  const count = x.length + y.length;
  const differences = new Float64Array(count);
  const lengths = new Float64Array(count);
  let i = 0;
  let j = 0;
  let start = 0;
  for (let k = 0; k < count; k++) {
    const here = j === y.length || (i < x.length && x[i] <= y[j]) ? x[i++] : y[j++];
    if (k > 0) lengths[k - 1] = here - start;
    start = here;
    differences[k] = (i > 0 ? cumulatedA[i - 1] : 0) - (j > 0 ? cumulatedB[j - 1] : 0);
  }
  lengths[count - 1] = Math.min(x[0] ?? Infinity, y[0] ?? Infinity) + period - start;
  let below = 0;
  for (const k of argsort(differences)) {
    below += lengths[k];
    if (2 * below >= period) return differences[k];
  }
  return 0;
}

/** The smallest whole theta from which on W does not fall. */
function searchShift(sides: Unrolled, units: number, p: number): number {
  let low = -units;
  let high = 2 * units;
  while (low < high) {
    const middle = Math.floor(low / 2 + high / 2);
    if (slopeAfter(sides, middle, p) >= 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What W gains a unit of theta where column j ends within row r: that unit goes to column j instead of j + 1. */
function gain(sides: Unrolled, r: number, j: number, p: number): number {
  const { x, y } = sides;
  return -powerDifference(y[j] - x[r], y[j + 1] - x[r], y[j + 1] - y[j], p);
}

function slopeAfter(sides: Unrolled, theta: number, p: number): number {
  const { m, a, b } = sides;
  let slope = 0;
  let r = firstAbove(a, b[0] + theta);
  for (let j = 0; j < m; j++) {
    while (a[r] <= b[j] + theta) r++;
    slope += gain(sides, r, j, p);
  }
  return slope;
}

function firstAbove(a: Float64Array, value: number): number {
  let low = 0;
  let high = a.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (a[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * At the best theta several row ends and column ends may fall together. Passing them by each other one pair at a time raises the
 * slope of W from below 0 to at least 0; the pair at which it gets there is where the circle may be cut: the potentials then
 * close up around the circle. A column passes the rows in their order, and the last column goes first.
 */
function tieAt(sides: Unrolled, theta: number, p: number): { row: number; column: number } {
  const { m, a, b } = sides;
  let slope = 0;
  let r = firstAbove(a, b[0] + theta - 1);
  for (let j = 0; j < m; j++) {
    while (a[r] < b[j] + theta) r++;
    slope += gain(sides, r, j, p);
  }
  let last = { row: -1, column: -1 };
  r = firstAbove(a, b[0] + theta - 1);
  for (let j = 0; j < m; ) {
    const end = b[j] + theta;
    let next = j + 1;
    while (next < m && b[next] === b[j]) next++;
    while (a[r] < end) r++;
    for (let column = next - 1; column >= j; column--) {
      for (let row = r; a[row] === end; row++) {
        slope += gain(sides, row + 1, column, p) - gain(sides, row, column, p);
        last = { row, column };
        if (slope >= 0) return last;
      }
    }
    j = next;
  }
  return last;
}

function open(problem: CircleProblem, sides: Unrolled, theta: number, row: number, column: number): CircleCut {
  const { units, period } = problem;
  const { n, m, a, b, first } = sides;
  const moves = new Uint8Array(n + m - 2);
  const x = new Float64Array(n);
  const y = new Float64Array(m);
  const cut = b[column] + theta;
  const at = (j: number): number => (j < m ? sides.y[j] : sides.y[j - m] + period);
  let r = row + 1;
  let j = column + 1;
  x[0] = sides.x[r];
  y[0] = at(j);
  for (let k = 0; k < moves.length; k++) {
    const rowEnd = a[r];
    const columnEnd = (j < m ? b[j] : b[j - m] + units) + theta;
    // Ends that fall together: in the order that `tieAt` had reached.
    const rowFirst = rowEnd === cut ? true : rowEnd === cut + units ? false : j >= m;
    const down = j === column + m || (r < row + n && (rowEnd < columnEnd || (rowEnd === columnEnd && rowFirst)));
    if (down) x[++r - row - 1] = sides.x[r];
    else y[++j - column - 1] = at(j);
    moves[k] = down ? 1 : 0;
  }
  return { row: (row + 1) % n, column: (first + column + 1) % m, moves, x, y };
}
