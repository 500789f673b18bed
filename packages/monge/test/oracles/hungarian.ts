// The cheapest injection of rows into columns by the Hungarian method in its O(n^2 m) form, one row at a time (Kuhn 1955).

/** min over injections s of sum_i cost[i][s(i)], rows <= columns; Infinity if every injection has a forbidden pair. */
export function hungarian(cost: readonly (readonly number[])[]): number {
  const n = cost.length;
  const m = cost[0].length;
  // Row 0 and column 0 are artificial; owner[0] is the row that is being placed.
  const u = new Array<number>(n + 1).fill(0);
  const v = new Array<number>(m + 1).fill(0);
  const owner = new Array<number>(m + 1).fill(0);
  for (let row = 1; row <= n; row++) {
    const slack = new Array<number>(m + 1).fill(Infinity);
    const from = new Array<number>(m + 1).fill(0);
    const inTree = new Array<boolean>(m + 1).fill(false);
    let column = 0;
    owner[0] = row;
    while (owner[column] !== 0) {
      inTree[column] = true;
      const i = owner[column];
      let nearest = 0;
      let least = Infinity;
      for (let j = 1; j <= m; j++) {
        if (inTree[j]) continue;
        const reduced = cost[i - 1][j - 1] - u[i] - v[j];
        if (reduced < slack[j]) {
          slack[j] = reduced;
          from[j] = column;
        }
        if (slack[j] < least) {
          least = slack[j];
          nearest = j;
        }
      }
      if (least === Infinity) return Infinity;
      for (let j = 0; j <= m; j++) {
        if (inTree[j]) {
          u[owner[j]] += least;
          v[j] -= least;
        } else slack[j] -= least;
      }
      column = nearest;
    }
    while (column !== 0) {
      owner[column] = owner[from[column]];
      column = from[column];
    }
  }
  let total = 0;
  for (let j = 1; j <= m; j++) if (owner[j] > 0) total += cost[owner[j] - 1][j - 1];
  return total;
}
