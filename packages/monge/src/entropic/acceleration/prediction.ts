// What Sinkhorn's iteration would still take: from the rate that is seen, by products alone, so that the choice is the same everywhere.
import type { Sweeper } from "../operators/sweeper.ts";

/** Iterations up to which Sinkhorn's own are cheaper than a step of Newton's method and what follows it. */
export const patientIterations = 8;
/** Beyond this nobody counts. */
const most = 4096;

/** Iterations from `error` to `goal` at the rate error / previous; Infinity where there is none or they are too many to count. */
export function plainIterations(error: number, previous: number, goal: number): number {
  const rate = error / previous;
  if (!(rate > 0 && rate < 1)) return Infinity;
  let left = error;
  for (let k = 0; k < most; k++) {
    if (left <= goal) return k;
    left *= rate;
  }
  return Infinity;
}

/** A clause that says why Newton's method takes over. */
export function describePlain(sweeper: Sweeper, error: number, previous: number, left: number): string {
  const { kept, n, m } = sweeper.inside ?? { kept: () => 0, n: 1, m: 1 };
  const share = ((100 * kept()) / (n * m)).toPrecision(3);
  const rate = error / previous;
  const seen =
    left === Infinity
      ? rate > 0 && rate < 1
        ? `over ${most} iterations at the rate ${rate.toPrecision(4)}`
        : "no predictable number of iterations"
      : `${left} iterations at the rate ${rate.toPrecision(4)}`;
  return `Newton's method on ${share} % of the entries, where Sinkhorn's iteration would take ${seen}`;
}
