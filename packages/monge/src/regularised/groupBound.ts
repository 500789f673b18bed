// The largest g_j with |max(0, f_I + g_j - C_Ij)|_2 <= eta for every class I: the c-transform of the group lasso.
// Its dual is max <f, a> + <g, b> under these constraints, so any f with its transform bounds the optimum from below.

/** One column: reduced = C_ij - f_i, row by row in the order of the classes that `starts` delimits. */
export function groupTransform(reduced: Float64Array, starts: Int32Array, eta: number): number {
  let bound = Infinity;
  for (let c = 0; c + 1 < starts.length; c++)
    bound = Math.min(bound, classBound(reduced, starts[c], starts[c + 1], eta));
  return bound;
}

/** The root of |max(0, g - reduced)| = eta: the norm is convex in g, so that Newton's method falls to it from above. */
function classBound(reduced: Float64Array, from: number, to: number, eta: number): number {
  let least = Infinity;
  for (let k = from; k < to; k++) if (reduced[k] < least) least = reduced[k];
  if (least === Infinity) return Infinity;
  let above = eta;
  for (let step = 0; step < 60; step++) {
    let squares = 0;
    let slopes = 0;
    for (let k = from; k < to; k++) {
      const over = above - (reduced[k] - least);
      if (over > 0) {
        squares += over * over;
        slopes += over;
      }
    }
    const norm = Math.sqrt(squares);
    if (!(norm > eta)) break;
    const next = above - ((norm - eta) * norm) / slopes;
    if (!(next < above)) break;
    above = next;
  }
  return least + above;
}
