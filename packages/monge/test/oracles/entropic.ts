// Entropic transport the slow and obvious way: plain Sinkhorn with log-sum-exp over arrays of rows, JavaScript's own Math.

/** Potentials and plan after `iterations` rounds, or sooner when the columns fit to `tolerance`. */
export function slowSinkhorn(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  C: readonly ArrayLike<number>[],
  epsilon: number,
  { iterations = 20000, tolerance = 1e-13 } = {},
): { f: number[]; g: number[]; plan: number[][]; value: number; transportCost: number } {
  const n = a.length;
  const m = b.length;
  const mass = Array.from(a).reduce((total, weight) => total + weight, 0);
  const f = new Array<number>(n).fill(0);
  const g = new Array<number>(m).fill(0);
  const entry = (i: number, j: number): number =>
    a[i] === 0 || b[j] === 0 ? 0 : ((a[i] * b[j]) / mass) * Math.exp((f[i] + g[j] - C[i][j]) / epsilon);
  for (let k = 0; k < iterations; k++) {
    for (let i = 0; i < n; i++)
      f[i] = softmin(m, (j) => (b[j] === 0 ? Infinity : C[i][j] - g[j] - epsilon * Math.log(b[j] / mass)));
    for (let j = 0; j < m; j++)
      g[j] = softmin(n, (i) => (a[i] === 0 ? Infinity : C[i][j] - f[i] - epsilon * Math.log(a[i] / mass)));
    let error = 0;
    for (let i = 0; i < n; i++) {
      let row = 0;
      for (let j = 0; j < m; j++) row += entry(i, j);
      error += Math.abs(row - a[i]);
    }
    if (error <= tolerance * mass) break;
  }
  const plan = f.map((_, i) => g.map((_, j) => entry(i, j)));
  let transportCost = 0;
  let value = epsilon * mass;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      if (plan[i][j] === 0) continue;
      transportCost += plan[i][j] * C[i][j];
      value += plan[i][j] * C[i][j] + epsilon * plan[i][j] * (Math.log((plan[i][j] * mass) / (a[i] * b[j])) - 1);
    }
  }
  return { f, g, plan, value, transportCost };

  function softmin(count: number, cost: (k: number) => number): number {
    let least = Infinity;
    for (let k = 0; k < count; k++) least = Math.min(least, cost(k));
    let total = 0;
    for (let k = 0; k < count; k++) total += Math.exp((least - cost(k)) / epsilon);
    return least - epsilon * Math.log(total);
  }
}
