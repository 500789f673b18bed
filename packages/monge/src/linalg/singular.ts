// Singular values and vectors of a square matrix M = sum_k values[k] u_k v_k^T: one-sided Jacobi rotations.
// Hestenes (1958); small singular values and their vectors come out to their own precision (Demmel, Veselic 1992).

/** Singular values, unordered, and orthonormal vectors: row k of `left` and of `right` (d x d) belong to `values[k]`. */
export interface Singular {
  readonly values: Float64Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

const sweeps = 60;

/** The singular values and vectors of the d x d row-major matrix `M`. Vectors of vanishing values complete the others. */
export function singular(M: Float64Array, d: number): Singular {
  const left = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) left[j * d + i] = M[i * d + j];
  const right = new Float64Array(d * d);
  for (let k = 0; k < d; k++) right[k * d + k] = 1;
  for (let sweep = 0; sweep < sweeps && orthogonalise(left, right, d); sweep++);
  const values = new Float64Array(d);
  for (let k = 0; k < d; k++) values[k] = norm(left, k * d, d);
  const order = Array.from(values.keys()).sort((p, q) => values[q] - values[p]);
  for (let place = 0; place < d; place++) straighten(left, order, place, d);
  return { values, left, right };
}

/** sum of the singular values of `M`, which is overwritten. */
export function nuclearNorm(M: Float64Array, d: number): number {
  for (let sweep = 0; sweep < sweeps && orthogonalise(M, null, d); sweep++);
  let total = 0;
  for (let k = 0; k < d; k++) total += norm(M, k * d, d);
  return total;
}

/** One rotation for each pair of rows that are not orthogonal to what rounding makes of their product; false where none was needed. */
function orthogonalise(rows: Float64Array, right: Float64Array | null, d: number): boolean {
  const negligible = 2 ** -53 * Math.max(2, Math.sqrt(d));
  const squares = new Float64Array(d);
  for (let k = 0; k < d; k++) squares[k] = product(rows, k * d, k * d, d);
  let rotated = false;
  for (let p = 0; p < d - 1; p++) {
    for (let q = p + 1; q < d; q++) {
      const both = product(rows, p * d, q * d, d);
      if (both === 0 || Math.abs(both) <= negligible * Math.sqrt(squares[p]) * Math.sqrt(squares[q])) continue;
      rotated = true;
      const theta = (squares[q] - squares[p]) / (2 * both);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const c = 1 / Math.sqrt(t * t + 1);
      rotate(rows, p * d, q * d, d, c, t * c);
      if (right !== null) rotate(right, p * d, q * d, d, c, t * c);
      squares[p] = Math.max(0, squares[p] - t * both);
      squares[q] += t * both;
    }
  }
  return rotated;
}

function product(rows: Float64Array, p: number, q: number, d: number): number {
  let total = 0;
  for (let k = 0; k < d; k++) total += rows[p + k] * rows[q + k];
  return total;
}

function rotate(rows: Float64Array, p: number, q: number, d: number, c: number, s: number): void {
  for (let k = 0; k < d; k++) {
    const u = rows[p + k];
    const v = rows[q + k];
    rows[p + k] = c * u - s * v;
    rows[q + k] = s * u + c * v;
  }
}

function norm(rows: Float64Array, at: number, d: number): number {
  return Math.sqrt(product(rows, at, at, d));
}

/**
 * Makes row order[place] a unit vector orthogonal to the rows before it in `order`. Where nothing but rounding is left of it, as where M has
 * not full rank, the axis that those rows reach least takes its place.
 */
function straighten(rows: Float64Array, order: readonly number[], place: number, d: number): void {
  const at = order[place] * d;
  const before = norm(rows, at, d);
  if (before > 0) {
    for (let i = at; i < at + d; i++) rows[i] /= before;
    reject(rows, order, place, d);
  }
  if (!(norm(rows, at, d) > 0.5)) {
    rows.fill(0, at, at + d);
    rows[at + leastReached(rows, order, place, d)] = 1;
    reject(rows, order, place, d);
    reject(rows, order, place, d);
  }
  const length = norm(rows, at, d);
  for (let i = at; i < at + d; i++) rows[i] /= length;
}

/** Takes from row order[place] what lies along the rows before it. */
function reject(rows: Float64Array, order: readonly number[], place: number, d: number): void {
  const at = order[place] * d;
  for (let t = 0; t < place; t++) {
    const other = order[t] * d;
    let along = 0;
    for (let i = 0; i < d; i++) along += rows[other + i] * rows[at + i];
    for (let i = 0; i < d; i++) rows[at + i] -= along * rows[other + i];
  }
}

function leastReached(rows: Float64Array, order: readonly number[], place: number, d: number): number {
  let axis = 0;
  let least = Infinity;
  for (let i = 0; i < d; i++) {
    let reached = 0;
    for (let t = 0; t < place; t++) reached += rows[order[t] * d + i] ** 2;
    if (reached < least) {
      least = reached;
      axis = i;
    }
  }
  return axis;
}
