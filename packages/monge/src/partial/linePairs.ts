// Which atoms of a line are matched, for every number of pairs at once: optimal supports grow by one atom of either side.
// The next two are neighbours among the atoms still free (everything between them is matched), the pair that adds least.
import { type IntervalCosts, intervalCosts, type MergedLine } from "./lineOrderings.ts";

/** The pairs of atoms (t on the merged line) in the order in which they enter, and what each adds to the cost. */
export interface LinePairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly added: Float64Array;
}

/** The first `pairs` steps, O((n + m) log(n + m)) for p = 1. */
export function linePairs(line: MergedLine, pairs: number): LinePairs {
  const { side } = line;
  const count = side.length;
  const costs = intervalCosts(line);
  const before = Int32Array.from({ length: count }, (_, t) => t - 1);
  const after = Int32Array.from({ length: count }, (_, t) => (t + 1 < count ? t + 1 : -1));
  const free = new Uint8Array(count).fill(1);
  const queue = startQueue(line, costs);
  const left = new Int32Array(pairs);
  const right = new Int32Array(pairs);
  const added = new Float64Array(pairs);
  for (let k = 0; k < pairs; ) {
    const l = queue.take();
    const r = queue.right[l];
    if (free[l] === 0 || free[r] === 0) continue;
    left[k] = l;
    right[k] = r;
    added[k++] = queue.cost[l];
    free[l] = 0;
    free[r] = 0;
    const outerLeft = before[l];
    const outerRight = after[r];
    if (outerLeft >= 0) after[outerLeft] = outerRight;
    if (outerRight >= 0) before[outerRight] = outerLeft;
    if (outerLeft >= 0 && outerRight >= 0 && side[outerLeft] !== side[outerRight]) {
      queue.put(outerLeft, outerRight, costs.added(outerLeft, outerRight));
    }
  }
  return { left, right, added };
}

/** A binary heap of candidate pairs, each known by its left atom; of equal costs the leftmost comes first. */
interface Queue {
  readonly cost: Float64Array;
  readonly right: Int32Array;
  /** Adds a pair. An earlier one with the same left atom must have been taken or be obsolete. */
  put(l: number, r: number, cost: number): void;
  take(): number;
}

function startQueue({ side }: MergedLine, costs: IntervalCosts): Queue {
  const count = side.length;
  const cost = new Float64Array(count);
  const right = new Int32Array(count);
  const heap = new Int32Array(count);
  const place = new Int32Array(count).fill(-1);
  let size = 0;
  const less = (s: number, t: number): boolean => cost[s] < cost[t] || (cost[s] === cost[t] && s < t);
  const sink = (from: number): void => {
    const item = heap[from];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && less(heap[child + 1], heap[child])) child++;
      if (!less(heap[child], item)) break;
      heap[at] = heap[child];
      place[heap[at]] = at;
      at = child;
    }
    heap[at] = item;
    place[item] = at;
  };
  const rise = (from: number): void => {
    const item = heap[from];
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!less(item, heap[parent])) break;
      heap[at] = heap[parent];
      place[heap[at]] = at;
      at = parent;
    }
    heap[at] = item;
    place[item] = at;
  };
  for (let l = 0; l + 1 < count; l++) {
    if (side[l] === side[l + 1]) continue;
    right[l] = l + 1;
    cost[l] = costs.added(l, l + 1);
    heap[size++] = l;
  }
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(at);
  for (let at = 0; at < size; at++) place[heap[at]] = at;
  return {
    cost,
    right,
    put(l, r, value) {
      right[l] = r;
      cost[l] = value;
      // The obsolete pair of the same left atom, if it is still here, was cheaper or dearer: the item moves either way.
      if (place[l] >= 0) {
        sink(place[l]);
        rise(place[l]);
        return;
      }
      heap[size] = l;
      rise(size++);
    },
    take() {
      const top = heap[0];
      place[top] = -1;
      const tail = heap[--size];
      if (size > 0) {
        heap[0] = tail;
        sink(0);
      }
      return top;
    },
  };
}
