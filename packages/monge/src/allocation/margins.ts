// What one unit more or less would change: shortest paths in the residual network of an optimal plan.
// They are the one-sided derivatives of the optimal value, where potentials give any number between the two. Ahuja, Magnanti, Orlin (1993), chapter 9.
import type { Network } from "./network.ts";

/** Distances in the residual network; rows come first, then columns. */
export class Residual {
  readonly #n: number;
  /** Arcs by tail and by head: [other end, cost]. */
  readonly #outgoing: [number, number][][];
  readonly #incoming: [number, number][][];
  readonly #slack: number;

  /** @param flow mass on each arc of the network, in its order */
  constructor({ a, b, arcs, must }: Network, flow: Float64Array) {
    this.#n = a.length;
    const nodes = a.length + b.length;
    this.#outgoing = Array.from({ length: nodes }, () => []);
    this.#incoming = Array.from({ length: nodes }, () => []);
    // Below this a shorter path is a rounding error: costs are summed along paths.
    this.#slack = 1e-12 * must;
    arcs.forEach(({ row, column, cost }, k) => {
      this.#add(row, a.length + column, cost);
      if (flow[k] > 0) this.#add(a.length + column, row, -cost);
    });
  }

  #add(from: number, to: number, cost: number): void {
    this.#outgoing[from].push([to, cost]);
    this.#incoming[to].push([from, cost]);
  }

  /** From a row to all nodes. */
  fromRow(row: number): Distances {
    return this.#distances(row, this.#outgoing);
  }

  /** From all nodes to a row. */
  toRow(row: number): Distances {
    return this.#distances(row, this.#incoming);
  }

  /** From a column to all nodes. */
  fromColumn(column: number): Distances {
    return this.#distances(this.#n + column, this.#outgoing);
  }

  /** From all nodes to a column. */
  toColumn(column: number): Distances {
    return this.#distances(this.#n + column, this.#incoming);
  }

  /** Bellman and Ford's iteration with a queue: an optimal plan leaves no negative cycle. */
  #distances(origin: number, arcs: readonly (readonly (readonly [number, number])[])[]): Distances {
    const distance = new Float64Array(arcs.length).fill(Infinity);
    const queued = new Uint8Array(arcs.length);
    distance[origin] = 0;
    const queue = [origin];
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at];
      queued[node] = 0;
      for (const [next, cost] of arcs[node]) {
        const through = distance[node] + cost;
        if (!(through < distance[next] - this.#slack)) continue;
        distance[next] = through;
        if (queued[next] === 1) continue;
        queued[next] = 1;
        queue.push(next);
      }
    }
    return { row: (i) => distance[i], column: (j) => distance[this.#n + j] };
  }
}

/** Distances to or from the nodes; Infinity where there is no path. */
export interface Distances {
  row(i: number): number;
  column(j: number): number;
}
