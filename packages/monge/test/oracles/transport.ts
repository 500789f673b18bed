// Exact transport by successive shortest paths, the textbook way: Bellman-Ford on the residual graph, one path at a time.
// Ahuja, Magnanti, Orlin, Network Flows (1993), section 9.7. Whole masses only, so that it ends with the exact optimum.

/** The least cost of moving whole masses a to b under cost(i, j), Infinity where forbidden; null if no plan exists. */
export function transportCost(
  a: readonly number[],
  b: readonly number[],
  cost: (i: number, j: number) => number,
): number | null {
  const n = a.length;
  const m = b.length;
  const supply = [...a];
  const demand = [...b];
  const flow = a.map(() => b.map(() => 0));
  while (supply.some((left) => left > 0)) {
    const distance = new Array<number>(n + m).fill(Infinity);
    const previous = new Array<number>(n + m).fill(-1);
    for (let i = 0; i < n; i++) if (supply[i] > 0) distance[i] = 0;
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) {
          const c = cost(i, j);
          if (c === Infinity) continue;
          if (distance[i] + c < distance[n + j] - 1e-12 * Math.abs(c)) {
            distance[n + j] = distance[i] + c;
            previous[n + j] = i;
            changed = true;
          }
          if (flow[i][j] > 0 && distance[n + j] - c < distance[i] - 1e-12 * Math.abs(c)) {
            distance[i] = distance[n + j] - c;
            previous[i] = n + j;
            changed = true;
          }
        }
      }
    }
    let end = -1;
    for (let j = 0; j < m; j++) {
      if (demand[j] > 0 && distance[n + j] < Infinity && (end < 0 || distance[n + j] < distance[n + end])) end = j;
    }
    if (end < 0) return null;
    const path: number[] = [n + end];
    while (previous[path[0]] >= 0) path.unshift(previous[path[0]]);
    let step = Math.min(supply[path[0]], demand[end]);
    for (let k = 1; k + 1 < path.length; k += 2) step = Math.min(step, flow[path[k + 1]][path[k] - n]);
    for (let k = 0; k + 1 < path.length; k++) {
      if (k % 2 === 0) flow[path[k]][path[k + 1] - n] += step;
      else flow[path[k + 1]][path[k] - n] -= step;
    }
    supply[path[0]] -= step;
    demand[end] -= step;
  }
  let total = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) if (flow[i][j] > 0) total += flow[i][j] * cost(i, j);
  return total;
}
