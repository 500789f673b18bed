// Updates with marginal penalties from sums that an operator gives whole: R_i = log2 sum_j b_j 2^(G_j - s C_ij), and L_j for the columns.
//
// They change F, G and the sums c of `sweep`, by which errors, masses and shifts are found: as its passes over rows do, but in logarithms, which
// are exact at any size.
import { exp2 } from "./exp2";
import { columnConfine, columnResponse, fill, fillColumns, hard, rowConfine, rowKind, rowMiss, rowResponse } from "./penalty";
import { a, addRowError, b, c, f, g, m, n, sweepR } from "./sweep";

let unreachable: i32 = -1;

/** From now on no row or column is known to reach nothing. */
export function sumsBegin(): void {
  unreachable = -1;
}

/** The first row or (n + column) whose mass has to go and has nowhere to go, or -1. */
export function sumsUnreachable(): i32 {
  return unreachable;
}

/** The rows' update, from R: all of them, or with `empty` those without mass. */
export function sumsRows(logs: usize, omega: f64, empty: i32): void {
  let error = 0.0;
  for (let at: usize = 0; at < <usize>n << 3; at += 8) {
    const mass = load<f64>(a + at);
    if (empty && mass > 0) continue;
    const wanted = -load<f64>(logs + at);
    if (wanted == Infinity && rowKind == 0) {
      if (mass > 0 && unreachable < 0) unreachable = <i32>(at >> 3);
      continue;
    }
    const held = load<f64>(f + at);
    let next = rowResponse(wanted, mass);
    if (omega != 1 && wanted < Infinity) {
      next = rowConfine(held + omega * (next - held), mass);
      if (mass > 0) error += mass * rowMiss(exp2(next - wanted), next, mass);
    }
    store<f64>(hard + at, wanted);
    store<f64>(f + at, next);
  }
  addRowError(error);
}

/** The rows' sums at the present potentials, and their error. */
export function sumsMeasure(logs: usize): void {
  const sums = sweepR();
  let error = 0.0;
  for (let at: usize = 0; at < <usize>n << 3; at += 8) {
    const mass = load<f64>(a + at);
    const potential = load<f64>(f + at);
    const total = exp2(potential + load<f64>(logs + at));
    store<f64>(sums + at, total);
    if (mass > 0) error += mass * rowMiss(total, potential, mass);
  }
  addRowError(error);
}

/** sum_i a_i 2^(F_i + R_i). */
export function sumsTotal(logs: usize): f64 {
  let total = 0.0;
  for (let at: usize = 0; at < <usize>n << 3; at += 8) {
    const mass = load<f64>(a + at);
    if (mass > 0) total += mass * exp2(load<f64>(f + at) + load<f64>(logs + at));
  }
  return total;
}

/** The columns' sums c at the present potentials, from L, which becomes log2 c. */
export function sumsColumns(logs: usize): void {
  for (let at: usize = 0; at < <usize>m << 3; at += 8) {
    const exponent = load<f64>(g + at) + load<f64>(logs + at);
    store<f64>(logs + at, exponent);
    store<f64>(c + at, exp2(exponent));
  }
}

/** The columns' update, from log2 c, for those with mass or, with `empty`, those without. Uses up what it is given. */
export function sumsAnswer(logs: usize, omega: f64, empty: i32): void {
  // What they want to be: known before a bound moves.
  for (let at: usize = 0; at < <usize>m << 3; at += 8) {
    if (i32(load<f64>(b + at) == 0) == empty) store<f64>(logs + at, load<f64>(g + at) - load<f64>(logs + at));
  }
  if (fill > 0 && !empty && !fillColumns(b, g, c, m) && unreachable < 0) unreachable = n;
  for (let at: usize = 0; at < <usize>m << 3; at += 8) {
    const mass = load<f64>(b + at);
    if (i32(mass == 0) != empty) continue;
    const wanted = load<f64>(logs + at);
    const held = load<f64>(g + at);
    const next = columnResponse(wanted, mass);
    if (!(next < Infinity)) {
      if (mass > 0 && unreachable < 0) unreachable = n + <i32>(at >> 3);
      continue;
    }
    store<f64>(g + at, omega == 1 ? next : columnConfine(held + omega * (next - held), mass));
  }
}
