// An order of points in which every aligned run of 2^k is a box of a tree of splits at the widest axis (Bentley 1975).
// The left part of a split has a power of two of the points, so that the tree is implicit in the order.
import { widestAxis } from "../../linalg/widestAxis.ts";

/** The order of the points `kept` (row-major, d coordinates each). */
export function nearbyOrder(points: ArrayLike<number>, d: number, kept: Int32Array): Int32Array {
  const order = kept.slice();
  const stack: [number, number][] = [[0, order.length]];
  for (let range = stack.pop(); range !== undefined; range = stack.pop()) {
    const [first, last] = range;
    if (last - first < 2) continue;
    const middle = first + leftSize(last - first);
    select(points, d, widestAxis(points, d, order, first, last), order, first, last, middle);
    stack.push([first, middle], [middle, last]);
  }
  return order;
}

/** The power of two that lies nearest to one half of the size, from above. */
function leftSize(size: number): number {
  let left = 1;
  while (left * 2 < size) left *= 2;
  return left;
}

/** Hoare's selection, pivot the median of three: the points before position `at` do not lie above the others along the axis. */
function select(
  points: ArrayLike<number>,
  d: number,
  axis: number,
  order: Int32Array,
  first: number,
  last: number,
  at: number,
): void {
  let low = first;
  let high = last - 1;
  while (low < high) {
    const p = points[order[low] * d + axis];
    const q = points[order[(low + high) >> 1] * d + axis];
    const r = points[order[high] * d + axis];
    const pivot = Math.max(Math.min(p, q), Math.min(Math.max(p, q), r));
    let i = low;
    let j = high;
    while (i <= j) {
      while (points[order[i] * d + axis] < pivot) i++;
      while (points[order[j] * d + axis] > pivot) j--;
      if (i <= j) {
        const swap = order[i];
        order[i] = order[j];
        order[j] = swap;
        i++;
        j--;
      }
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else return;
  }
}
