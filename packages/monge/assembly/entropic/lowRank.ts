// Moments of the rows of a factor K (count x r, padded to an even width): pi_i = K_i * weights, normalised, with mass p_i.
//
// sums_k = sum_i p_i pi_ik, moments_kl = sum_i p_i pi_ik pi_il for l <= k. What pads a row is 0. `row` holds one row.
export function factorMoments(
  K: usize,
  p: usize,
  count: i32,
  width: i32,
  weights: usize,
  sums: usize,
  moments: usize,
  row: usize,
): void {
  const bytes = <usize>width << 3;
  memory.fill(sums, 0, bytes);
  memory.fill(moments, 0, bytes * <usize>width);
  for (let i = 0; i < count; i++, K += bytes, p += 8) {
    const mass = load<f64>(p);
    if (mass == 0) continue;
    let total = f64x2.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      const value = f64x2.mul(v128.load(K + k), v128.load(weights + k));
      v128.store(row + k, value);
      total = f64x2.add(total, value);
    }
    const scale = f64x2.splat(1 / (f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)));
    const share = f64x2.splat(mass);
    for (let k: usize = 0; k < bytes; k += 16) {
      const value = f64x2.mul(v128.load(row + k), scale);
      v128.store(row + k, value);
      v128.store(sums + k, f64x2.add(v128.load(sums + k), f64x2.mul(share, value)));
    }
    let line = moments;
    for (let k: usize = 0; k < bytes; k += 8, line += bytes) {
      const times = f64x2.splat(mass * load<f64>(row + k));
      for (let l: usize = 0; l <= k; l += 16) {
        v128.store(line + l, f64x2.add(v128.load(line + l), f64x2.mul(times, v128.load(row + l))));
      }
    }
  }
}
