// Linear systems of the diagrams: the Laplacian of the graph of neighbouring cells, by conjugate gradients with the diagonal as preconditioner.
// Hestenes and Stiefel (1952); constants are its kernel, so right sides sum to 0 and solutions are centred.

/** A weighted graph by its edges. */
export interface EdgeWeights {
  readonly count: number;
  readonly from: number[];
  readonly to: number[];
  readonly weight: number[];
}

/** L x = b where (L x)_i = sum over edges ij of weight (x_i - x_j). */
export function solveLaplacian(
  { count, from, to, weight }: EdgeWeights,
  b: Float64Array,
  tolerance: number,
): Float64Array {
  const diagonal = new Float64Array(count);
  for (let e = 0; e < weight.length; e++) {
    diagonal[from[e]] += weight[e];
    diagonal[to[e]] += weight[e];
  }
  const scaled = (r: Float64Array): Float64Array => r.map((value, i) => (diagonal[i] > 0 ? value / diagonal[i] : 0));
  const x = new Float64Array(count);
  // Rounding leaves b a small sum, which no x can answer: conjugate gradients would blow it up.
  const mean = b.reduce((total, value) => total + value, 0) / count;
  const r = b.map((value) => value - mean);
  let z = scaled(r);
  let p = z.slice();
  let rz = inner(r, z);
  const goal = tolerance * tolerance * rz;
  for (let step = 0; step < 10 * count + 100 && rz > goal && rz > 0; step++) {
    const q = new Float64Array(count);
    for (let e = 0; e < weight.length; e++) {
      const flow = weight[e] * (p[from[e]] - p[to[e]]);
      q[from[e]] += flow;
      q[to[e]] -= flow;
    }
    const pq = inner(p, q);
    if (!(pq > 0)) break;
    const alpha = rz / pq;
    for (let i = 0; i < count; i++) {
      x[i] += alpha * p[i];
      r[i] -= alpha * q[i];
    }
    z = scaled(r);
    const next = inner(r, z);
    const beta = next / rz;
    rz = next;
    p = p.map((value, i) => z[i] + beta * value);
  }
  return x;
}

function inner(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i] * y[i];
  return total;
}
