// Heavy-ball momentum: G = T(G_k) + beta (G_k - G_(k-1)), T being Sinkhorn's iteration. Polyak (1964).
//
// Near the solution T is linear with eigenvalues in [0, eta]; momentum changes mu to the roots of z^2 - (mu + beta) z + beta, which are smallest
// for beta = (1 - sqrt(1 - eta))^2: the rate is then sqrt(beta).
import type { Relaxation } from "./relaxation.ts";

/** Iterations whose errors give a rate, and those after a change of beta that say nothing about it. */
const window = 4;
const settle = 4;
const largest = 0.98;
/** Far from the solution the linear theory does not hold. */
const near = 0.3;

/** Momentum of a constant beta in [0, 1), or one that follows the rate that is seen. */
export function heavyBall(given: number | "auto"): Relaxation {
  let beta = given === "auto" ? 0 : given;
  let ceiling = given === "auto" ? largest : beta;
  let errors: number[] = [];
  let last: Float64Array | undefined;
  return {
    omega: 1,
    observe(error) {
      errors.push(error);
      if (errors.length <= window + settle) return;
      const before = errors[errors.length - 1 - window];
      if (!(error < before)) {
        if (beta === 0) return;
        beta /= 2;
        if (given === "auto") ceiling = beta;
        last = undefined;
        errors = [];
        return;
      }
      if (given !== "auto" || error > near) return;
      // The rate is the larger root for mu = eta: rate + beta / rate = eta + beta.
      const rate = Math.sqrt(Math.sqrt(error / before));
      const eta = Math.min(Math.max(rate + beta / rate - beta, 0), 1);
      const best = Math.min((1 - Math.sqrt(1 - eta)) ** 2, ceiling);
      if (best > beta * 1.1 + 0.01) {
        beta = best;
        errors = [];
      }
    },
    forget() {
      errors = [];
    },
    rest() {
      beta = 0;
      ceiling = 0;
      last = undefined;
    },
    adjust(G, before) {
      const previous = last;
      last = before;
      if (previous === undefined || beta === 0) return;
      for (let j = 0; j < before.length; j++) G[j] += beta * (before[j] - previous[j]);
    },
  };
}
