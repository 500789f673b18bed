// The group lasso strength sum_j sum_c |P_(rows of class c), j|_2: each target prefers sources of one class. Courty et al. (2017).
// Not smoothed. At a group without mass the gradient is not unique: 0 is taken.
import type { Functional } from "./functional.ts";

/** Rows sorted by class: class c holds order[starts[c]] to order[starts[c + 1] - 1]. */
export interface Classes {
  readonly order: Int32Array;
  readonly starts: Int32Array;
}

/** Sorts the rows that `keep` names by their labels. */
export function classesOf(labels: ArrayLike<number | string>, keep: ArrayLike<number>): Classes {
  const members = new Map<number | string, number[]>();
  for (let k = 0; k < keep.length; k++) {
    const label = labels[keep[k]];
    const list = members.get(label);
    if (list === undefined) members.set(label, [k]);
    else list.push(k);
  }
  const order = Int32Array.from([...members.values()].flat());
  const starts = new Int32Array(members.size + 1);
  let at = 0;
  let c = 0;
  for (const list of members.values()) {
    at += list.length;
    starts[++c] = at;
  }
  return { order, starts };
}

/** The function over n x m plans; adds (squares / 2) |P|^2. */
export function groupLasso(
  strength: number,
  labels: ArrayLike<number | string>,
  m: number,
  squares: number,
): Functional {
  const { order, starts } = classesOf(
    labels,
    Int32Array.from({ length: labels.length }, (_, i) => i),
  );
  const norms = new Float64Array(m);
  const measure = (P: Float64Array, c: number): void => {
    norms.fill(0);
    for (let k = starts[c]; k < starts[c + 1]; k++) {
      const base = order[k] * m;
      for (let j = 0; j < m; j++) norms[j] += P[base + j] * P[base + j];
    }
    for (let j = 0; j < m; j++) norms[j] = Math.sqrt(norms[j]);
  };
  return {
    value(P) {
      let total = 0;
      let square = 0;
      for (let k = 0; k < P.length; k++) square += P[k] * P[k];
      for (let c = 0; c + 1 < starts.length; c++) {
        measure(P, c);
        for (let j = 0; j < m; j++) total += norms[j];
      }
      return strength * total + (squares / 2) * square;
    },
    gradient(P, out) {
      for (let c = 0; c + 1 < starts.length; c++) {
        measure(P, c);
        for (let k = starts[c]; k < starts[c + 1]; k++) {
          const base = order[k] * m;
          for (let j = 0; j < m; j++) out[base + j] = norms[j] > 0 ? P[base + j] * (strength / norms[j] + squares) : 0;
        }
      }
    },
  };
}
