// Local search on permutations: two rows exchange their partners where the objective falls. Between vertices the gradient says little: a concave
// objective holds on to each of them. The classical neighbourhood of quadratic assignment: Burkard and Rendl (1984).
import { type SparseMatrix, sparseFromEntries } from "../linalg/sparse.ts";
import type { MixedPlan } from "./conditionalGradient.ts";
import type { GromovProblem } from "./problem.ts";

/** Atoms up to which the search is made: a sweep takes n^3. */
const most = 128;
/** What counts as a fall, relative to `scale`. */
const significant = 1e-12;

/** The plan after exchanges that lower the objective, or null where there are none, or where the plan is no permutation of few equal masses. */
export function exchanged(problem: GromovProblem, plan: MixedPlan, scale: number): SparseMatrix | null {
  const to = permutationOf(problem, plan);
  if (to === null) return null;
  const { x, y, loss, alpha, term, a } = problem;
  const n = to.length;
  const A = x.matrix();
  const H = y.matrix().map(loss.h2);
  const M = term === null ? null : term.cost.block(0, n);
  const mass = a[0];
  const ofPairs = alpha * mass * mass;
  const ofTerm = term === null ? 0 : term.weight * mass;
  const change = (i: number, j: number): number => {
    const [s, t] = [to[i], to[j]];
    const [ri, rj, rs, rt] = [i * n, j * n, s * n, t * n];
    let total = (A[ri + i] - A[rj + j]) * (H[rs + s] - H[rt + t]) + (A[ri + j] - A[rj + i]) * (H[rs + t] - H[rt + s]);
    for (let k = 0; k < n; k++) {
      if (k === i || k === j) continue;
      const p = to[k];
      total += (A[ri + k] - A[rj + k]) * (H[rs + p] - H[rt + p]);
      total += (A[k * n + i] - A[k * n + j]) * (H[p * n + s] - H[p * n + t]);
    }
    const linear = M === null ? 0 : M[ri + t] + M[rj + s] - M[ri + s] - M[rj + t];
    return ofPairs * total + ofTerm * linear;
  };
  let moved = false;
  for (let again = true; again; ) {
    again = false;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        if (!(change(i, j) < -significant * scale)) continue;
        [to[i], to[j]] = [to[j], to[i]];
        again = true;
        moved = true;
      }
    }
  }
  return moved ? sparseFromEntries(n, n, Int32Array.from(to.keys()), to, a) : null;
}

/** Where each row goes, if each goes to a column of its own with the one mass that all atoms have. */
function permutationOf({ a, b }: GromovProblem, { product, sparse }: MixedPlan): Int32Array | null {
  const n = a.length;
  if (product !== 0 || n > most || b.length !== n || sparse.values.length !== n || a[0] === 0) return null;
  if (!a.every((mass) => mass === a[0]) || !b.every((mass) => mass === b[0])) return null;
  const used = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    if (sparse.rowPtr[i] !== i || used[sparse.colIdx[i]] === 1) return null;
    used[sparse.colIdx[i]] = 1;
  }
  return sparse.colIdx.slice();
}
