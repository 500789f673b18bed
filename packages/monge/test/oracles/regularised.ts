// The objective of regularised transport on the shared problem, by the definitions.
import type { RegularisedOptions, Regulariser } from "../../src/index.ts";
import { a, b, C, labels, m, n, x, y } from "../generators/regularised.ts";

/** <P, C> + Omega + entropy, by the definitions. */
export function objective(P: Float64Array, { regulariser, epsilon = 0 }: RegularisedOptions): number {
  let total = 0;
  for (let k = 0; k < P.length; k++) {
    total += P[k] * C[k];
    if (epsilon > 0 && P[k] > 0) total += epsilon * P[k] * Math.log(P[k] / (a[Math.floor(k / m)] * b[k % m]));
  }
  return total + omega(P, regulariser);
}

export function omega(P: Float64Array, given: Regulariser): number {
  if (given.kind === "L2") return (given.strength / 2) * P.reduce((all, p) => all + p * p, 0);
  if (given.kind === "groupLasso") {
    let total = ((given.squares ?? 0) / 2) * P.reduce((all, p) => all + p * p, 0);
    for (let j = 0; j < m; j++) {
      for (const label of new Set(labels)) {
        total += given.strength * Math.hypot(...labels.map((each, i) => (each === label ? P[i * m + j] : 0)));
      }
    }
    return total;
  }
  if (given.kind === "laplacian") {
    return (
      given.strength * 0.5 * (energy(P, a, y, x, n, (i, j) => i * m + j) + energy(P, b, x, y, m, (j, i) => i * m + j))
    );
  }
  return given.value({ data: P, rows: n, cols: m });
}

/** 1/2 sum_ik S_ik w_i w_k |d_i - d_k|^2 over the three nearest neighbours. */
function energy(
  P: Float64Array,
  weights: Float64Array,
  there: number[][],
  here: number[][],
  size: number,
  at: (i: number, j: number) => number,
): number {
  const moved = here.map((point, i) =>
    point.map((value, k) => there.reduce((all, other, j) => all + P[at(i, j)] * other[k], 0) / weights[i] - value),
  );
  let total = 0;
  for (let i = 0; i < size; i++) {
    const distance = here.map((point) => Math.hypot(point[0] - here[i][0], point[1] - here[i][1]));
    const nearest = [...distance.keys()].filter((k) => k !== i).sort((p, q) => distance[p] - distance[q]);
    for (const k of nearest.slice(0, 3)) {
      const square = (moved[i][0] - moved[k][0]) ** 2 + (moved[i][1] - moved[k][1]) ** 2;
      total += 0.5 * weights[i] * weights[k] * square;
    }
  }
  return total;
}
