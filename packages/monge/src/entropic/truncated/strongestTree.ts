// A spanning forest of the strongest links of a bipartite graph, and the solution of its Laplacian: a preconditioner for small epsilon.
//
// As epsilon falls, a plan tends to one on a forest, and its links span many orders of magnitude: the best path between two points decides.
// Vaidya (1991) on spanning trees as preconditioners; Kruskal's algorithm over links sorted by their power of two only.

/** Links between row and column cells. */
export interface Links {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly weights: Float64Array;
}

/** Potentials on the columns for a supply at the columns. */
export type TreeSolver = (supply: Float64Array) => Float64Array;

/** The forest of n rows and m columns. */
export function strongestTree(n: number, m: number, links: Links): TreeSolver {
  const chosen = spanning(n, m, links);
  const total = n + m;
  const first = new Int32Array(total + 1);
  for (const e of chosen) {
    first[links.rows[e] + 1]++;
    first[n + links.columns[e] + 1]++;
  }
  for (let v = 0; v < total; v++) first[v + 1] += first[v];
  const at = first.slice();
  const edges = new Int32Array(2 * chosen.length);
  for (const e of chosen) {
    edges[at[links.rows[e]]++] = e;
    edges[at[n + links.columns[e]]++] = e;
  }
  // Breadth first: parents come before their children.
  const order = new Int32Array(total);
  const parent = new Int32Array(total).fill(-2);
  const resistance = new Float64Array(total);
  let seen = 0;
  for (let root = 0; root < total; root++) {
    if (parent[root] !== -2) continue;
    parent[root] = -1;
    let next = seen;
    for (order[seen++] = root; next < seen; next++) {
      const v = order[next];
      for (let k = first[v]; k < first[v + 1]; k++) {
        const e = edges[k];
        const other = v < n ? n + links.columns[e] : links.rows[e];
        if (parent[other] !== -2) continue;
        parent[other] = v;
        resistance[other] = 1 / links.weights[e];
        order[seen++] = other;
      }
    }
  }
  return (supply) => {
    const flow = new Float64Array(total);
    flow.set(supply.subarray(0, m), n);
    for (let k = total - 1; k >= 0; k--) {
      const v = order[k];
      if (parent[v] >= 0) flow[parent[v]] += flow[v];
    }
    const height = new Float64Array(total);
    let mean = 0;
    for (let k = 0; k < total; k++) {
      const v = order[k];
      if (parent[v] >= 0) height[v] = height[parent[v]] + flow[v] * resistance[v];
      if (v >= n) mean += height[v] / m;
    }
    return height.subarray(n).map((value) => value - mean);
  };
}

/** Links of a forest, strong ones first. */
function spanning(n: number, m: number, { rows, columns, weights }: Links): number[] {
  const count = new Int32Array(2049);
  const keys = new Int16Array(weights.length);
  const bits = new DataView(new ArrayBuffer(8));
  for (let e = 0; e < weights.length; e++) {
    bits.setFloat64(0, weights[e]);
    keys[e] = 2047 - (bits.getUint16(0) >> 4);
    count[keys[e] + 1]++;
  }
  for (let k = 0; k < 2048; k++) count[k + 1] += count[k];
  const sorted = new Int32Array(weights.length);
  for (let e = 0; e < weights.length; e++) sorted[count[keys[e]]++] = e;
  const leader = Int32Array.from({ length: n + m }, (_, v) => v);
  const find = (v: number): number => {
    let top = v;
    while (leader[top] !== top) {
      leader[top] = leader[leader[top]];
      top = leader[top];
    }
    return top;
  };
  const chosen: number[] = [];
  for (const e of sorted) {
    const x = find(rows[e]);
    const y = find(n + columns[e]);
    if (x === y) continue;
    leader[x] = y;
    chosen.push(e);
    if (chosen.length === n + m - 1) break;
  }
  return chosen;
}
