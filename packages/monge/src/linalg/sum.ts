// Compensated sums (Neumaier 1974): the error does not grow with the number of terms.

/** Sum of `values` with Neumaier's compensation. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  let lost = 0;
  for (let k = 0; k < values.length; k++) {
    const term = values[k];
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
    total = next;
  }
  return total + lost;
}

/** Sum of x[k] y[k], where 0 x Infinity counts as 0. */
export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let total = 0;
  let lost = 0;
  for (let k = 0; k < x.length; k++) {
    const term = x[k] === 0 || y[k] === 0 ? 0 : x[k] * y[k];
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
    total = next;
  }
  return total + lost;
}

/** sum |x[k] - y[k]|. */
export function l1Distance(x: Float64Array, y: Float64Array): number {
  return sum(x.map((value, k) => Math.abs(value - y[k])));
}

/** sum max(0, x[k] - y[k]). */
export function excess(x: Float64Array, y: Float64Array): number {
  return sum(x.map((value, k) => Math.max(0, value - y[k])));
}

/** x - y. */
export function difference(x: Float64Array, y: Float64Array): Float64Array {
  return x.map((value, k) => value - y[k]);
}
