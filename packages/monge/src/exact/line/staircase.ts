// The monotone plan between two sorted rows of atoms: a staircase of n + m - 1 cells from (0, 0) to (n - 1, m - 1).
// Optimal for any cost h(x - y) with h convex, since such costs are Monge arrays (Hoffman 1963); so are the potentials along it.

/** A staircase: cell k is at row i[k], column j[k], and each cell lies one row or one column after the last; masses may be 0. */
export interface Staircase {
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly mass: Float64Array;
  /** What the last cell could not hold on one of the two sides: rounding, and half a tolerated imbalance. */
  readonly drift: number;
}

/**
 * The north-west corner rule on masses a and b, all >= 0 and with equal sums. What is left of a row and of a column is held in two
 * doubles each, so that the masses of the cells add up to the atoms' however many atoms there are.
 *
 * With `moves` the stairs are given (1: a row down, 0: a column on) and only the masses are found, 0 where they would be negative.
 */
export function northWest(a: ArrayLike<number>, b: ArrayLike<number>, moves: Uint8Array | null = null): Staircase {
  const n = a.length;
  const m = b.length;
  const cells = n + m - 1;
  const rows = new Int32Array(cells);
  const cols = new Int32Array(cells);
  const mass = new Float64Array(cells);
  let i = 0;
  let j = 0;
  let row = a[0];
  let rowLow = 0;
  let column = b[0];
  let columnLow = 0;
  for (let k = 0; k < cells - 1; k++) {
    rows[k] = i;
    cols[k] = j;
    // At the last row or column rounding no longer decides where to go: the remaining atoms keep their mass.
    const down =
      moves !== null
        ? moves[k] === 1
        : j === m - 1 || (i < n - 1 && (row < column || (row === column && rowLow <= columnLow)));
    if (down) {
      const rest = column - row;
      mass[k] = Math.max(0, row);
      columnLow += twoDifferenceError(column, row, rest) - rowLow;
      column = rest + columnLow;
      columnLow -= column - rest;
      row = a[++i];
      rowLow = 0;
    } else {
      const rest = row - column;
      mass[k] = Math.max(0, column);
      rowLow += twoDifferenceError(row, column, rest) - columnLow;
      row = rest + rowLow;
      rowLow -= row - rest;
      column = b[++j];
      columnLow = 0;
    }
  }
  rows[cells - 1] = i;
  cols[cells - 1] = j;
  const last = cells > 1 && rows[cells - 2] === i ? column : row;
  mass[cells - 1] = Math.max(0, last);
  return { i: rows, j: cols, mass, drift: Math.abs(row - column) };
}

/** The stairs of n atoms of mass total / n against m of mass total / m: the corner rule on whole numbers. */
export function uniformStairs(n: number, m: number, total: number, moves: Uint8Array | null = null): Staircase {
  const { i, j, mass } = northWest(new Float64Array(n).fill(m), new Float64Array(m).fill(n), moves);
  for (let k = 0; k < mass.length; k++) mass[k] = (mass[k] * total) / (n * m);
  return { i, j, mass, drift: 0 };
}

/** (x - y) - difference, exactly (Knuth's two-sum). */
function twoDifferenceError(x: number, y: number, difference: number): number {
  const minusY = difference - x;
  return x - (difference - minusY) - (y + minusY);
}

/** sum over cells of mass |x_i - y_j|^p, compensated. */
export function staircaseCost(stairs: Staircase, x: Float64Array, y: Float64Array, p: number): number {
  const { i, j, mass } = stairs;
  let total = 0;
  let lost = 0;
  for (let k = 0; k < mass.length; k++) {
    if (mass[k] === 0) continue;
    const term = mass[k] * power(x[i[k]] - y[j[k]], p);
    const next = total + term;
    lost += total >= term ? total - next + term : term - next + total;
    total = next;
  }
  // Beyond 1.8e308 the compensation is Infinity - Infinity.
  return total < Infinity ? total + lost : total;
}

/** |gap|^p, in the arithmetic of the points cost. */
export function power(gap: number, p: number): number {
  return p === 2 ? gap * gap : p === 1 ? Math.abs(gap) : Math.abs(gap) ** p;
}

/**
 * The potentials for which every cell of the staircase is tight, f_0 = 0: along the stairs f or g grows by the difference of two
 * costs. These differences are taken without cancellation and added up in two doubles, so that f_i + g_j exceeds C_ij by
 * rounding errors of one cost, not of n of them.
 */
export function staircasePotentials(
  stairs: Staircase,
  x: Float64Array,
  y: Float64Array,
  p: number,
): { f: Float64Array; g: Float64Array } {
  const { i, j } = stairs;
  const f = new Float64Array(x.length);
  const g = new Float64Array(y.length);
  const first = power(x[0] - y[0], p);
  const fSum = { value: 0, low: 0 };
  const gSum = { value: first, low: 0 };
  g[0] = first;
  for (let k = 1; k < i.length; k++) {
    const row = i[k];
    const column = j[k];
    if (row !== i[k - 1]) {
      add(fSum, powerDifference(x[row - 1] - y[column], x[row] - y[column], x[row] - x[row - 1], p));
      f[row] = fSum.value + fSum.low;
    } else {
      add(gSum, powerDifference(y[column - 1] - x[row], y[column] - x[row], y[column] - y[column - 1], p));
      g[column] = gSum.value + gSum.low;
    }
  }
  return { f, g };
}

function add(total: { value: number; low: number }, term: number): void {
  const next = total.value + term;
  total.low += twoDifferenceError(total.value, -term, next);
  total.value = next;
}

/** |to|^p - |from|^p where to = from + step, step >= 0, with an error relative to the difference where the two are close. */
export function powerDifference(from: number, to: number, step: number, p: number): number {
  if (step === 0) return 0;
  if (p === 2) return step * (from + to);
  if (p === 1) return from >= 0 ? step : to <= 0 ? -step : to + from;
  const base = Math.abs(from);
  if ((from > 0 || to < 0) && step < 0.5 * base) {
    return base ** p * Math.expm1(p * Math.log1p((from > 0 ? step : -step) / base));
  }
  return power(to, p) - power(from, p);
}
