// The squared norm (strength / 2) |P|^2: spreads plans and makes them unique. Blondel, Seguy, Rolet (2018).
import type { Functional } from "./functional.ts";

/** The function; strength > 0, in the unit of C by mass. */
export function squares(strength: number): Functional {
  return {
    value(P) {
      let total = 0;
      for (let k = 0; k < P.length; k++) total += P[k] * P[k];
      return (strength / 2) * total;
    },
    gradient(P, out) {
      for (let k = 0; k < P.length; k++) out[k] = strength * P[k];
    },
  };
}
