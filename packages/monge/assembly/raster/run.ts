// Exact transport by the primal-dual method: raise the potentials, send all that tight pairs let through, until all mass is sent.
// Ford and Fulkerson (1957) for several sources; pairs are listed by reduced cost and the answer is checked against all pairs.
import { listArcs } from "./arcs";
import {
  begins, cells, columnMass, columns, costs, excess, f, flows, g, int, owners, queue, real, rowMass, setInt,
} from "./cells";
import { saturate } from "./flow";
import { raise } from "./search";
import { transform } from "./transform";

let phases: i32 = 0;
let arcs: i32 = 0;

/** Rounds of raising and sending in the last run. */
export function rasterPhases(): i32 {
  return phases;
}

/**
 * Solves from the potentials at hand, over pairs of reduced cost up to `reach`. Returns 0 when the answer is optimal over all pairs, 1 where
 * the pairs did not suffice (the potentials are then a better start), -1 where memory did not.
 */
export function rasterRun(reach: i32): i32 {
  phases = 0;
  arcs = listArcs(reach);
  if (arcs < 0) return -1;
  saturate();
  while (left()) {
    phases++;
    if (!raise()) return 1;
    saturate();
  }
  return feasible() ? 0 : 1;
}

function left(): bool {
  for (let i = 0; i < cells; i++) if (real(excess, i) > 0) return true;
  return false;
}

// Whether c_ij - f_i - g_j >= 0 on all pairs, listed or not.
function feasible(): bool {
  transform(g, columnMass, queue);
  for (let i = 0; i < cells; i++) if (real(rowMass, i) > 0 && int(queue, i) < int(f, i)) return false;
  return true;
}

/** sum flow c, in quanta. */
export function rasterPrimal(): f64 {
  let total = 0.0;
  for (let arc = 0; arc < arcs; arc++) {
    const flow = real(flows, arc);
    if (flow > 0) total += flow * <f64>int(costs, arc);
  }
  return total;
}

/** sum p f + sum q g, in quanta. */
export function rasterDual(): f64 {
  let total = 0.0;
  for (let k = 0; k < cells; k++) {
    if (real(rowMass, k) > 0) total += real(rowMass, k) * <f64>int(f, k);
    if (real(columnMass, k) > 0) total += real(columnMass, k) * <f64>int(g, k);
  }
  return total;
}
