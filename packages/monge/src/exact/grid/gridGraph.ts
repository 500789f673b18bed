// The cells of a regular grid as a graph: an edge to each neighbour along each axis, and a spanning tree to start from.
import { argsort } from "../line/lineOrder.ts";

/** An undirected graph whose shortest paths are the city-block distances between the cells. */
export interface GridGraph {
  readonly nodes: number;
  readonly tails: Int32Array;
  readonly heads: Int32Array;
  readonly lengths: Float64Array;
  /** Axis of each edge; its head lies one step up that axis from its tail. */
  readonly axes: Uint8Array;
}

/** A spanning tree, every parent before its children in `order`; the root's parent and edge are -1. */
export interface SpanningTree {
  readonly order: Int32Array;
  readonly parents: Int32Array;
  readonly parentEdges: Int32Array;
}

/** Builds the graph; a periodic axis of at least 3 cells gets edges from its last cells to its first. */
export function gridGraph(
  shape: readonly number[],
  spacing: readonly number[],
  periodic: readonly boolean[],
): GridGraph {
  const nodes = shape.reduce((product, cells) => product * cells, 1);
  const tails: number[] = [];
  const heads: number[] = [];
  const axes: number[] = [];
  let stride = nodes;
  for (let axis = 0; axis < shape.length; axis++) {
    const cells = shape[axis];
    stride /= cells;
    for (let v = 0; v < nodes; v++) {
      const at = Math.floor(v / stride) % cells;
      const wraps = at === cells - 1;
      if (wraps && !(periodic[axis] && cells > 2)) continue;
      tails.push(v);
      heads.push(wraps ? v - at * stride : v + stride);
      axes.push(axis);
    }
  }
  return {
    nodes,
    tails: Int32Array.from(tails),
    heads: Int32Array.from(heads),
    lengths: Float64Array.from(axes, (axis) => spacing[axis]),
    axes: Uint8Array.from(axes),
  };
}

/**
 * A tree that joins cells in blocks of 2, blocks in blocks of 4 and so on, each time near the middle of the border: mass that can be
 * matched nearby is. Kruskal's algorithm with the level of the border as the length.
 */
export function blockTree(graph: GridGraph, shape: readonly number[]): SpanningTree {
  const { nodes, tails, heads, axes } = graph;
  const keys = new Float64Array(tails.length);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, cells) => product * cells, 1));
  for (let e = 0; e < tails.length; e++) {
    const axis = axes[e];
    const at = Math.floor(tails[e] / strides[axis]) % shape[axis];
    const level = heads[e] > tails[e] ? 31 - Math.clz32((at + 1) & -(at + 1)) : 30;
    const side = 2 ** (level + 1);
    let offCentre = 0;
    for (let other = 0; other < shape.length; other++) {
      if (other === axis) continue;
      const along = Math.floor(tails[e] / strides[other]) % shape[other];
      offCentre += Math.abs((along % side) + 0.5 - side / 2);
    }
    keys[e] = level * 2 ** 34 + offCentre;
  }
  const chosen = kruskal(graph, argsort(keys));
  return rooted(graph, chosen, nodes >> 1);
}

function kruskal(graph: GridGraph, order: Uint32Array): Int32Array {
  const leader = Int32Array.from({ length: graph.nodes }, (_, v) => v);
  const find = (v: number): number => {
    while (leader[v] !== v) v = leader[v] = leader[leader[v]];
    return v;
  };
  const chosen = new Int32Array(graph.nodes - 1);
  let count = 0;
  for (const e of order) {
    const tail = find(graph.tails[e]);
    const head = find(graph.heads[e]);
    if (tail === head) continue;
    leader[tail] = head;
    chosen[count++] = e;
  }
  return chosen;
}

function rooted(graph: GridGraph, chosen: Int32Array, root: number): SpanningTree {
  const { nodes, tails, heads } = graph;
  const start = new Int32Array(nodes + 1);
  for (const e of chosen) {
    start[tails[e] + 1]++;
    start[heads[e] + 1]++;
  }
  for (let v = 0; v < nodes; v++) start[v + 1] += start[v];
  const incident = new Int32Array(2 * chosen.length);
  const fill = start.slice(0, nodes);
  for (const e of chosen) {
    incident[fill[tails[e]]++] = e;
    incident[fill[heads[e]]++] = e;
  }
  const order = new Int32Array(nodes);
  const parents = new Int32Array(nodes).fill(-1);
  const parentEdges = new Int32Array(nodes).fill(-1);
  order[0] = root;
  for (let k = 0, count = 1; k < nodes; k++) {
    const v = order[k];
    for (let at = start[v]; at < start[v + 1]; at++) {
      const e = incident[at];
      if (e === parentEdges[v]) continue;
      const child = tails[e] === v ? heads[e] : tails[e];
      parents[child] = v;
      parentEdges[child] = e;
      order[count++] = child;
    }
  }
  return { order, parents, parentEdges };
}

/** Breadth-first order of a tree given by its parents, root first. */
export function orderOf(parents: Int32Array): Int32Array {
  const nodes = parents.length;
  const firstChild = new Int32Array(nodes).fill(-1);
  const nextSibling = new Int32Array(nodes).fill(-1);
  const order = new Int32Array(nodes);
  for (let v = nodes - 1; v >= 0; v--) {
    const parent = parents[v];
    if (parent < 0) {
      order[0] = v;
      continue;
    }
    nextSibling[v] = firstChild[parent];
    firstChild[parent] = v;
  }
  for (let k = 0, count = 1; k < nodes; k++) {
    for (let child = firstChild[order[k]]; child >= 0; child = nextSibling[child]) order[count++] = child;
  }
  return order;
}
