// min <P, C> + D(P 1 | a) + D(P^T 1 | b) by its support: a forest, on each tree of which the optimum is known in closed form.
// An active set method for a convex flow on a network (Ahuja, Magnanti, Orlin 1993, chapter 14): a pair with f_i + g_j > C_ij comes in,
// joining two trees or closing a cycle; flows move to the new optimum of their tree until one would change its sign, and that arc goes.
import { emptyForest, type Forest } from "./forest.ts";
import { type Responses, responses, type Smooth } from "./response.ts";

/** The present support and its potentials. */
export interface ActiveSet {
  readonly forest: Forest;
  /** f, then g: optimal on each tree. */
  readonly potentials: Float64Array;
  /** Arcs that came in. */
  readonly pivots: () => number;
  /** Puts a forest of positive flows in place of an empty one, and settles it. */
  plant(i: ArrayLike<number>, j: ArrayLike<number>, price: ArrayLike<number>, flow: ArrayLike<number>): void;
  /** Lets pair (i, j) of that cost in; f_i + g_j must exceed it. */
  enter(i: number, j: number, price: number): void;
}

/** The active set of isolated atoms. */
export function activeSet(a: Float64Array, b: Float64Array, source: Smooth, target: Smooth): ActiveSet {
  const n = a.length;
  const nodes = n + b.length;
  const masses = new Float64Array(nodes);
  masses.set(a);
  masses.set(b, n);
  const answer: Responses = responses(source, target, masses, n);
  const forest = emptyForest(n, b.length);
  const { row, price, flow, order, above, first } = forest;
  const potentials = new Float64Array(nodes);
  const marginals = new Float64Array(nodes);
  const wanted = new Float64Array(nodes);
  const unsettled = new Uint8Array(nodes);
  const waiting: number[] = [];
  let pivots = 0;

  const mark = (node: number): void => {
    if (unsettled[node] === 1) return;
    unsettled[node] = 1;
    waiting.push(node);
  };
  const drop = (arc: number): void => {
    mark(row[arc]);
    mark(n + forest.column[arc]);
    forest.remove(arc);
  };

  /**
   * The node from which a tree is computed: where most flows. From a node that sends next to nothing, or from behind an arc of 1e12, the
   * others would be seen through rounding errors.
   */
  const centre = (root: number): number => {
    const count = forest.visit(root);
    if (count < 3) return root;
    let best = above[order[1]];
    for (let k = 2; k < count; k++) if (flow[above[order[k]]] > flow[best]) best = above[order[k]];
    return row[best];
  };

  /** Moves the flows of a tree to its optimum, or as far as they stay positive; what falls off is marked. */
  const settle = (root: number): void => {
    const count = forest.visit(centre(root));
    // The balance of the tree decides on the constant: counted from 0, potentials lose no digits to what it was before.
    potentials[order[0]] = 0;
    for (let k = 1; k < count; k++) {
      const node = order[k];
      const arc = above[node];
      potentials[node] = price[arc] - potentials[forest.across(arc, node)];
    }
    for (let k = 0; k < count; k++) unsettled[order[k]] = 0;
    answer.settle(order, count, potentials, marginals);
    let share = 1;
    for (let k = count - 1; k > 0; k--) {
      const node = order[k];
      const arc = above[node];
      const amount = marginals[node];
      marginals[forest.across(arc, node)] -= amount;
      wanted[arc] = amount;
      if (amount < 0) share = Math.min(share, flow[arc] / (flow[arc] - amount));
    }
    if (share === 1) {
      for (let k = 1; k < count; k++) flow[above[order[k]]] = wanted[above[order[k]]];
      return;
    }
    for (let k = count - 1; k > 0; k--) {
      const arc = above[order[k]];
      const blocked = wanted[arc] < 0 && flow[arc] / (flow[arc] - wanted[arc]) <= share;
      flow[arc] += share * (wanted[arc] - flow[arc]);
      if (blocked) drop(arc);
    }
  };
  const settleAll = (): void => {
    for (let root = waiting.pop(); root !== undefined; root = waiting.pop()) if (unsettled[root] === 1) settle(root);
  };
  for (let node = 0; node < nodes; node++) {
    const side = node < n ? source : target;
    // Alone, an atom under L2 is at r = 0; under other penalties it must not stay alone.
    if (side !== "equal" && side.kind === "L2") potentials[node] = side.strength * masses[node];
  }

  /** The arcs from `to` up to the root of the last visit, if that tree holds `to`. */
  const path = (to: number, root: number): number[] => {
    const arcs: number[] = [];
    for (let node = to; node !== root; node = forest.across(above[node], node)) arcs.push(above[node]);
    return arcs;
  };

  return {
    forest,
    potentials,
    pivots: () => pivots,
    plant(i, j, prices, flows) {
      for (let k = 0; k < flows.length; k++) forest.add(i[k], j[k], prices[k], flows[k]);
      for (let node = 0; node < nodes; node++) if (first[node] >= 0) mark(node);
      settleAll();
    },
    enter(i, j, cost) {
      pivots++;
      const column = n + j;
      const count = forest.visit(i);
      let joined = true;
      for (let k = 0; k < count && joined; k++) joined = order[k] !== column;
      let amount = 0;
      if (!joined) {
        // Round the cycle: arcs at an even distance from column j lose what the new one gains.
        const arcs = path(column, i);
        amount = Infinity;
        for (let k = 0; k < arcs.length; k += 2) amount = Math.min(amount, flow[arcs[k]]);
        const gone: number[] = [];
        for (let k = 0; k < arcs.length; k++) {
          if (k % 2 === 1) flow[arcs[k]] += amount;
          else if (flow[arcs[k]] === amount) gone.push(arcs[k]);
          else flow[arcs[k]] -= amount;
        }
        for (const arc of gone) drop(arc);
      }
      forest.add(i, j, cost, amount);
      mark(i);
      settleAll();
    },
  };
}
