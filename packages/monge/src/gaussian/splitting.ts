// Groups of Gaussians by repeated halving: the group that is widest along an axis is cut at its mean there.
// Axes are those of the means and of the deviations diag(A)^1/2, whose squared Euclidean distance resembles the Bures-Wasserstein one.
import type { Mixture } from "../measure/mixture.ts";

interface Group {
  readonly begin: number;
  readonly end: number;
  /** The axis of the largest scatter sum w (e - mean)^2, that scatter, and the mean there. */
  readonly axis: number;
  readonly scatter: number;
  readonly mean: number;
}

/** Labels of at most `count` groups; fewer where components are the same. */
export function splitGroups({ means, covariances, weights }: Mixture, count: number): Int32Array {
  const { data, rows: n, cols: d } = means;
  const width = 2 * d;
  const place = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      place[i * width + k] = data[i * d + k];
      place[i * width + d + k] = Math.sqrt(covariances[(i * d + k) * d + k]);
    }
  }
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const heap: Group[] = [describe(0, n)];
  const finished: Group[] = [];
  while (heap.length > 0 && heap.length + finished.length < count) {
    const widest = pop(heap);
    const middle = widest.scatter > 0 ? partition(widest) : widest.begin;
    if (middle === widest.begin || middle === widest.end) finished.push(widest);
    else {
      push(heap, describe(widest.begin, middle));
      push(heap, describe(middle, widest.end));
    }
  }
  const labels = new Int32Array(n);
  [...finished, ...heap].forEach(({ begin, end }, label) => {
    for (let at = begin; at < end; at++) labels[order[at]] = label;
  });
  return labels;

  function describe(begin: number, end: number): Group {
    const total = new Float64Array(width);
    const scatter = new Float64Array(width);
    let mass = 0;
    for (let at = begin; at < end; at++) {
      const from = order[at] * width;
      const weight = weights[order[at]];
      mass += weight;
      for (let k = 0; k < width; k++) total[k] += weight * place[from + k];
    }
    if (mass > 0) for (let k = 0; k < width; k++) total[k] /= mass;
    for (let at = begin; at < end; at++) {
      const from = order[at] * width;
      const weight = weights[order[at]];
      for (let k = 0; k < width; k++) scatter[k] += weight * (place[from + k] - total[k]) ** 2;
    }
    let axis = 0;
    for (let k = 1; k < width; k++) if (scatter[k] > scatter[axis]) axis = k;
    return { begin, end, axis, scatter: scatter[axis], mean: total[axis] };
  }

  /** Those below the mean first; returns where the others begin. */
  function partition({ begin, end, axis, mean }: Group): number {
    let low = begin;
    let high = end;
    while (low < high) {
      const i = order[low];
      if (place[i * width + axis] < mean) low++;
      else {
        high--;
        order[low] = order[high];
        order[high] = i;
      }
    }
    return low;
  }
}

function push(heap: Group[], group: Group): void {
  let at = heap.length;
  heap.push(group);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent].scatter >= group.scatter) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = group;
}

function pop(heap: Group[]): Group {
  const top = heap[0];
  const last = heap.pop() as Group;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1].scatter > heap[child].scatter) child++;
    if (heap[child].scatter <= last.scatter) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return top;
}
