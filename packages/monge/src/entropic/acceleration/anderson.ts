// Anderson acceleration of Sinkhorn's iteration on G, with a way back: for a linear iteration it is GMRES.
// Anderson (1965); the combination itself is that of `mixing.ts`, in the norm of the column masses.

import { startMixing } from "./mixing.ts";
import type { Relaxation } from "./relaxation.ts";

/** Points that are combined. */
const depth = 20;
/** An error larger by this factor than the least so far sends G back to where that was, with nothing remembered. */
const growth = 3;

/** Starts with nothing remembered. `b` are the column masses. */
export function anderson(b: Float64Array): Relaxation {
  const mixing = startMixing(b, depth);
  let error = Infinity;
  let least = Infinity;
  let best: Float64Array | undefined;
  let resting = false;
  const forget = (): void => {
    mixing.forget();
    least = Infinity;
    best = undefined;
  };
  return {
    omega: 1,
    observe(seen) {
      error = seen;
    },
    forget,
    rest() {
      resting = true;
      forget();
    },
    adjust(G, before) {
      if (resting) return;
      if (error > growth * least && best !== undefined) {
        G.set(best);
        forget();
        return;
      }
      const mapped = G.slice();
      if (error < least) {
        least = error;
        best = mapped;
      }
      const next = mixing.next(before, mapped);
      if (next.every(Number.isFinite)) G.set(next);
      else forget();
    },
  };
}
