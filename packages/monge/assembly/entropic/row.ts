// What is done with one row of costs: its terms t_ij = 2^(F_i + G_j - s C_ij), their sum, their share of the column sums, their price.
import { exp2Lanes } from "./exp2";
import { b, buffer, bytes, c, g, lb, scale } from "./sweep";

/** Terms below 2^cutoff are dropped. */
const cutoff: f64 = -120;

// max_j G_j + log2 b_j - s C_ij over the columns with mass.
export function rowPeak(row: usize): f64 {
  let most = f64x2.splat(-Infinity);
  const times = f64x2.splat(scale);
  for (let j: usize = 0; j < bytes; j += 16) {
    const term = f64x2.sub(f64x2.add(v128.load(g + j), v128.load(lb + j)), f64x2.mul(times, v128.load(row + j)));
    most = f64x2.pmax(most, term);
  }
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/** Fills the buffer with the row t_i at F_i = `shift` and returns sum_j b_j t_ij. */
export function weigh(row: usize, shift: f64): f64 {
  const G = g;
  const B = b;
  const out = buffer;
  const end = bytes;
  const fi = f64x2.splat(shift);
  const times = f64x2.splat(scale);
  const low = f64x2.splat(cutoff);
  const zero = f64x2.splat(0);
  let sum0 = zero;
  let sum1 = zero;
  for (let j: usize = 0; j < end; j += 64) {
    let t0 = f64x2.sub(f64x2.add(fi, v128.load(G + j)), f64x2.mul(times, v128.load(row + j)));
    let t1 = f64x2.sub(f64x2.add(fi, v128.load(G + j, 16)), f64x2.mul(times, v128.load(row + j, 16)));
    let t2 = f64x2.sub(f64x2.add(fi, v128.load(G + j, 32)), f64x2.mul(times, v128.load(row + j, 32)));
    let t3 = f64x2.sub(f64x2.add(fi, v128.load(G + j, 48)), f64x2.mul(times, v128.load(row + j, 48)));
    const most = f64x2.pmax(f64x2.pmax(t0, t1), f64x2.pmax(t2, t3));
    if (!v128.any_true(f64x2.gt(most, low))) {
      v128.store(out + j, zero);
      v128.store(out + j, zero, 16);
      v128.store(out + j, zero, 32);
      v128.store(out + j, zero, 48);
      continue;
    }
    t0 = exp2Lanes(t0);
    t1 = exp2Lanes(t1);
    v128.store(out + j, t0);
    v128.store(out + j, t1, 16);
    sum0 = f64x2.add(sum0, f64x2.mul(t0, v128.load(B + j)));
    sum1 = f64x2.add(sum1, f64x2.mul(t1, v128.load(B + j, 16)));
    t2 = exp2Lanes(t2);
    t3 = exp2Lanes(t3);
    v128.store(out + j, t2, 32);
    v128.store(out + j, t3, 48);
    sum0 = f64x2.add(sum0, f64x2.mul(t2, v128.load(B + j, 32)));
    sum1 = f64x2.add(sum1, f64x2.mul(t3, v128.load(B + j, 48)));
  }
  sum0 = f64x2.add(sum0, sum1);
  return f64x2.extract_lane(sum0, 0) + f64x2.extract_lane(sum0, 1);
}

// c_j += weight t_ij.
export function addRow(weight: f64): void {
  const times = f64x2.splat(weight);
  const from = buffer;
  const to = c;
  const end = bytes;
  for (let j: usize = 0; j < end; j += 64) {
    v128.store(to + j, f64x2.add(v128.load(to + j), f64x2.mul(times, v128.load(from + j))));
    v128.store(to + j, f64x2.add(v128.load(to + j, 16), f64x2.mul(times, v128.load(from + j, 16))), 16);
    v128.store(to + j, f64x2.add(v128.load(to + j, 32), f64x2.mul(times, v128.load(from + j, 32))), 32);
    v128.store(to + j, f64x2.add(v128.load(to + j, 48), f64x2.mul(times, v128.load(from + j, 48))), 48);
  }
}

// sum_j b_j t_ij C_ij, where 0 x Infinity is 0.
export function pay(row: usize): f64 {
  const zero = f64x2.splat(0);
  let sum = zero;
  for (let j: usize = 0; j < bytes; j += 16) {
    const t = f64x2.mul(v128.load(buffer + j), v128.load(b + j));
    sum = f64x2.add(sum, v128.and(f64x2.mul(t, v128.load(row + j)), f64x2.ne(t, zero)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
