// From a flow on a tree to a plan: which sink the mass of each source ends in.
// Parcels of mass travel along the flow in topological order and are split where it parts (flow decomposition, Ford and Fulkerson).

/** A tree with a flow: node v sends `flow[v]` >= 0 to its parent (`up[v]` = 1) or gets it from there (0). */
export interface TreeFlow {
  readonly parents: Int32Array;
  readonly up: Int32Array;
  readonly flow: Float64Array;
}

/** Entries of a plan. */
export interface Entries {
  readonly i: number[];
  readonly j: number[];
  readonly mass: number[];
}

/**
 * The plan that carries `a` to `b` along the flow; mass that both sides have at a node stays there. What rounding leaves over
 * at a node goes on with the flow, or stays where there is none.
 */
export function flowPaths(tree: TreeFlow, a: Float64Array, b: Float64Array): Entries {
  const { parents, up, flow } = tree;
  const nodes = parents.length;
  const outStart = new Int32Array(nodes + 1);
  const inflows = new Int32Array(nodes);
  const ends = (v: number): [from: number, to: number] => (up[v] === 1 ? [v, parents[v]] : [parents[v], v]);
  for (let v = 0; v < nodes; v++) {
    if (!(flow[v] > 0)) continue;
    const [from, to] = ends(v);
    outStart[from + 1]++;
    inflows[to]++;
  }
  for (let v = 0; v < nodes; v++) outStart[v + 1] += outStart[v];
  const outArcs = new Int32Array(outStart[nodes]);
  const fill = outStart.slice(0, nodes);
  for (let v = 0; v < nodes; v++) if (flow[v] > 0) outArcs[fill[ends(v)[0]]++] = v;

  const entries: Entries = { i: [], j: [], mass: [] };
  const deliver = (i: number, j: number, mass: number): void => {
    entries.i.push(i);
    entries.j.push(j);
    entries.mass.push(mass);
  };
  // Parcels waiting at each node: linked lists. A parcel that is not split is handed on as it is, so 3 a node are enough.
  const first = new Int32Array(nodes).fill(-1);
  const last = new Int32Array(nodes).fill(-1);
  const next = new Int32Array(3 * nodes);
  const source = new Int32Array(3 * nodes);
  const content = new Float64Array(3 * nodes);
  let parcels = 0;
  const append = (v: number, from: number, to: number): void => {
    if (first[v] < 0) first[v] = from;
    else next[last[v]] = from;
    last[v] = to;
    next[to] = -1;
  };
  const post = (v: number, from: number, mass: number): void => {
    source[parcels] = from;
    content[parcels] = mass;
    append(v, parcels, parcels++);
  };
  /** Takes parcels of `amount` in all, or every parcel, from node v: to the queue of node `to`, or to their end at v. */
  const hand = (v: number, to: number, amount: number, every: boolean): void => {
    if (every && to !== v) {
      if (first[v] >= 0) append(to, first[v], last[v]);
      first[v] = -1;
      return;
    }
    while (first[v] >= 0 && (every || amount > 0)) {
      const parcel = first[v];
      const whole = every || content[parcel] <= amount;
      const mass = whole ? content[parcel] : amount;
      if (whole) first[v] = next[parcel];
      else content[parcel] -= amount;
      if (to === v) deliver(source[parcel], v, mass);
      else if (whole) append(to, parcel, parcel);
      else post(to, source[parcel], mass);
      amount -= mass;
    }
  };
  const ready = new Int32Array(nodes);
  let readyCount = 0;
  for (let v = 0; v < nodes; v++) if (inflows[v] === 0) ready[readyCount++] = v;
  for (let k = 0; k < readyCount; k++) {
    const v = ready[k];
    const stays = Math.min(a[v], b[v]);
    const end = outStart[v + 1];
    if (stays > 0) deliver(v, v, stays);
    if (a[v] > stays) post(v, v, a[v] - stays);
    hand(v, v, b[v] - stays, outStart[v] === end);
    for (let at = outStart[v]; at < end; at++) {
      const to = ends(outArcs[at])[1];
      hand(v, to, flow[outArcs[at]], at === end - 1);
      if (--inflows[to] === 0) ready[readyCount++] = to;
    }
  }
  return entries;
}
