// Unbalanced entropic transport the slow and obvious way: scaling iterations over arrays of rows, each update of one potential by bisection
// of its own optimality condition, JavaScript's own Math.
type Held = "equal" | { readonly kind: "KL" | "TV" | "L2"; readonly strength: number };

/** The marginal that a potential f of an atom of mass a stands for; falls as f rises. */
function meant(held: Held, f: number, a: number): number {
  if (held === "equal") return a;
  if (held.kind === "KL") return a * Math.exp(-f / held.strength);
  if (held.kind === "L2") return Math.max(0, a - f / held.strength);
  return f < -held.strength ? Infinity : f > held.strength ? 0 : a;
}

/** f with a S e^(f / eps) = meant(f), S = sum. */
function update(held: Held, a: number, logSum: number, epsilon: number): number {
  let low = -1e4;
  let high = 1e4;
  for (let k = 0; k < 90; k++) {
    const middle = (low + high) / 2;
    if (a * Math.exp(logSum + middle / epsilon) < meant(held, middle, a)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** D(r | a). */
export function penalty(held: Held, r: readonly number[], a: ArrayLike<number>): number {
  if (held === "equal") return 0;
  let total = 0;
  for (let i = 0; i < r.length; i++) {
    if (held.kind === "TV") total += Math.abs(r[i] - a[i]);
    else if (held.kind === "L2") total += (r[i] - a[i]) ** 2 / 2;
    else if (a[i] > 0) total += (r[i] > 0 ? r[i] * Math.log(r[i] / a[i]) : 0) - r[i] + a[i];
  }
  return held.strength * total;
}

/** The value of a plan: <P, C> + eps KL(P | a b) + D(P 1 | a) + D(P^T 1 | b). */
export function unbalancedValue(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  C: readonly ArrayLike<number>[],
  epsilon: number,
  source: Held,
  target: Held,
  plan: readonly ArrayLike<number>[],
): number {
  const rows = Array.from(a, (_, i) => Array.from(b, (_, j) => plan[i][j]).reduce((x, y) => x + y, 0));
  const columns = Array.from(b, (_, j) => Array.from(a, (_, i) => plan[i][j]).reduce((x, y) => x + y, 0));
  let value = penalty(source, rows, a) + penalty(target, columns, b);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      const p = plan[i][j];
      const q = a[i] * b[j];
      value += epsilon * (q - p);
      if (p > 0) value += p * C[i][j] + epsilon * p * Math.log(p / q);
    }
  }
  return value;
}

/** The plan after `iterations` rounds. */
export function slowUnbalanced(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  C: readonly ArrayLike<number>[],
  epsilon: number,
  source: Held,
  target: Held,
  iterations = 1500,
): { plan: number[][]; value: number } {
  const n = a.length;
  const m = b.length;
  const f = new Array<number>(n).fill(0);
  const g = new Array<number>(m).fill(0);
  for (let k = 0; k < iterations; k++) {
    for (let i = 0; i < n; i++)
      if (a[i] > 0)
        f[i] = update(
          source,
          a[i],
          logSum(m, (j) => [b[j], g[j] - C[i][j]]),
          epsilon,
        );
    for (let j = 0; j < m; j++)
      if (b[j] > 0)
        g[j] = update(
          target,
          b[j],
          logSum(n, (i) => [a[i], f[i] - C[i][j]]),
          epsilon,
        );
  }
  const plan = f.map((_, i) =>
    g.map((_, j) => (a[i] * b[j] > 0 ? a[i] * b[j] * Math.exp((f[i] + g[j] - C[i][j]) / epsilon) : 0)),
  );
  return { plan, value: unbalancedValue(a, b, C, epsilon, source, target, plan) };

  function logSum(count: number, term: (k: number) => readonly [number, number]): number {
    let peak = -Infinity;
    for (let k = 0; k < count; k++) if (term(k)[0] > 0) peak = Math.max(peak, term(k)[1]);
    let total = 0;
    for (let k = 0; k < count; k++) if (term(k)[0] > 0) total += term(k)[0] * Math.exp((term(k)[1] - peak) / epsilon);
    return Math.log(total) + peak / epsilon;
  }
}
