// A forest between n rows and m columns whose arcs carry flow: the support of a plan, with two potentials' worth of freedom a tree.
// Nodes: rows 0 .. n - 1, then columns. Arcs are held in doubly linked lists of their two ends.

/** The forest; arrays are indexed by node or arc. At most n + m - 1 arcs exist at any time. */
export interface Forest {
  readonly n: number;
  readonly nodes: number;
  /** Row, column, cost and flow of each arc; free places have row -1. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly price: Float64Array;
  readonly flow: Float64Array;
  /** First half-arc of each node, the next one of each half-arc; half-arc 2 e belongs to the row of arc e, 2 e + 1 to its column. */
  readonly first: Int32Array;
  readonly next: Int32Array;
  /** Nodes of the tree visited last, parents first; the arc above each of them. */
  readonly order: Int32Array;
  readonly above: Int32Array;
  add(i: number, j: number, price: number, flow: number): number;
  remove(arc: number): void;
  /** Visits the tree of a node and returns the number of its nodes, listed in `order`. */
  visit(root: number): number;
  /** The end of an arc that is not `node`. */
  across(arc: number, node: number): number;
}

/** A forest without arcs. */
export function emptyForest(n: number, m: number): Forest {
  const nodes = n + m;
  const row = new Int32Array(nodes).fill(-1);
  const column = new Int32Array(nodes);
  const price = new Float64Array(nodes);
  const flow = new Float64Array(nodes);
  const first = new Int32Array(nodes).fill(-1);
  const next = new Int32Array(2 * nodes);
  const before = new Int32Array(2 * nodes);
  const order = new Int32Array(nodes);
  const above = new Int32Array(nodes);
  const spare = Int32Array.from({ length: nodes }, (_, e) => nodes - 1 - e);
  let spares = nodes;
  const hang = (half: number, node: number): void => {
    next[half] = first[node];
    before[half] = -1;
    if (first[node] >= 0) before[first[node]] = half;
    first[node] = half;
  };
  const unhang = (half: number, node: number): void => {
    if (before[half] >= 0) next[before[half]] = next[half];
    else first[node] = next[half];
    if (next[half] >= 0) before[next[half]] = before[half];
  };
  const across = (arc: number, node: number): number => (node < n ? n + column[arc] : row[arc]);
  return {
    n,
    nodes,
    row,
    column,
    price,
    flow,
    first,
    next,
    order,
    above,
    across,
    add(i, j, cost, amount) {
      const arc = spare[--spares];
      row[arc] = i;
      column[arc] = j;
      price[arc] = cost;
      flow[arc] = amount;
      hang(2 * arc, i);
      hang(2 * arc + 1, n + j);
      return arc;
    },
    remove(arc) {
      unhang(2 * arc, row[arc]);
      unhang(2 * arc + 1, n + column[arc]);
      row[arc] = -1;
      spare[spares++] = arc;
    },
    visit(root) {
      let count = 1;
      order[0] = root;
      above[root] = -1;
      for (let k = 0; k < count; k++) {
        const node = order[k];
        for (let half = first[node]; half >= 0; half = next[half]) {
          const arc = half >> 1;
          if (arc === above[node]) continue;
          const other = node < n ? n + column[arc] : row[arc];
          above[other] = arc;
          order[count++] = other;
        }
      }
      return count;
    },
  };
}
