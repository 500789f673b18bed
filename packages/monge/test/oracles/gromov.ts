// Slow truths of Gromov-Wasserstein transport: the sum over quadruples, and all permutations.
import type { Matrix } from "../../src/index.ts";

export type PairLoss = (x: number, y: number) => number;

export const squareLoss: PairLoss = (x, y) => (x - y) ** 2;
export const klLoss: PairLoss = (x, y) => (x > 0 ? x * Math.log(x / y) : 0) - x + y;

/** sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl, as it is written. */
export function quadruples(Cx: Matrix, Cy: Matrix, P: Matrix, loss: PairLoss = squareLoss): number {
  const [n, m] = [Cx.rows, Cy.rows];
  let total = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++)
      for (let k = 0; k < n; k++)
        for (let l = 0; l < m; l++) {
          const both = P.data[i * m + j] * P.data[k * m + l];
          if (both !== 0) total += both * loss(Cx.data[i * n + k], Cy.data[j * m + l]);
        }
  return total;
}

/** The least of that sum, plus linear_ij P_ij, over permutations of uniform masses. */
export function bestOfPermutations(Cx: Matrix, Cy: Matrix, loss: PairLoss = squareLoss): number {
  const n = Cx.rows;
  let best = Infinity;
  const visit = (chosen: number[], free: number[]): void => {
    if (free.length === 0) {
      let total = 0;
      for (let i = 0; i < n; i++)
        for (let k = 0; k < n; k++) total += loss(Cx.data[i * n + k], Cy.data[chosen[i] * n + chosen[k]]);
      best = Math.min(best, total / n ** 2);
      return;
    }
    for (const j of free)
      visit(
        [...chosen, j],
        free.filter((other) => other !== j),
      );
  };
  visit(
    [],
    Array.from({ length: n }, (_, k) => k),
  );
  return best;
}
