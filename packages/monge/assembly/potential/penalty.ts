// Sums over rows and columns of f32 matrices, in f64: outputs, norms of gradients, gradients of biases; and the penalty's rows.

/** out_i = <row i, weights> + bias, f64. */
export function outputs(x: usize, weights: usize, bias: f64, rows: i32, width: i32, out: usize): void {
  for (let i = 0; i < rows; i++, out += 8) {
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let c = 0;
    let w = weights;
    for (; c + 4 <= width; c += 4, x += 16, w += 16) {
      sum0 = f64x2.add(sum0, f64x2.mul(low(x), low(w)));
      sum1 = f64x2.add(sum1, f64x2.mul(low(x + 8), low(w + 8)));
    }
    let sum = total(sum0, sum1);
    for (; c < width; c++, x += 4, w += 4) sum += <f64>load<f32>(x) * <f64>load<f32>(w);
    store<f64>(out, sum + bias);
  }
}

/** out_i = |row i|, f64. */
export function rowNorms(x: usize, rows: i32, width: i32, out: usize): void {
  for (let i = 0; i < rows; i++, out += 8) {
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let c = 0;
    for (; c + 4 <= width; c += 4, x += 16) {
      sum0 = f64x2.add(sum0, f64x2.mul(low(x), low(x)));
      sum1 = f64x2.add(sum1, f64x2.mul(low(x + 8), low(x + 8)));
    }
    let sum = total(sum0, sum1);
    for (; c < width; c++, x += 4) sum += <f64>load<f32>(x) * <f64>load<f32>(x);
    store<f64>(out, Math.sqrt(sum));
  }
}

// @ts-ignore: decorator
@inline function low(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

// @ts-ignore: decorator
@inline function total(sum0: v128, sum1: v128): f64 {
  const sum = f64x2.add(sum0, sum1);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Row a of `out` becomes factor[a] (f64) times row picked[a] of x. */
export function scaleRows(x: usize, picked: usize, factor: usize, rows: i32, width: i32, out: usize): void {
  for (let a = 0; a < rows; a++) {
    let from = x + <usize>load<i32>(picked + (<usize>a << 2)) * (<usize>width << 2);
    const times = <f32>load<f64>(factor + (<usize>a << 3));
    const all = f32x4.splat(times);
    let c = 0;
    for (; c + 4 <= width; c += 4, from += 16, out += 16) v128.store(out, f32x4.mul(all, v128.load(from)));
    for (; c < width; c++, from += 4, out += 4) store<f32>(out, times * load<f32>(from));
  }
}

/** out_j += sum_i x_ij, summed in f64. */
export function columnSums(x: usize, rows: i32, width: i32, out: usize): void {
  const bytes = <usize>width << 2;
  let j = 0;
  for (; j + 4 <= width; j += 4, x += 16, out += 16) {
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let at = x;
    for (let i = 0; i < rows; i++, at += bytes) {
      sum0 = f64x2.add(sum0, low(at));
      sum1 = f64x2.add(sum1, low(at + 8));
    }
    const sums = v128.shuffle<f32>(f32x4.demote_f64x2_zero(sum0), f32x4.demote_f64x2_zero(sum1), 0, 1, 4, 5);
    v128.store(out, f32x4.add(v128.load(out), sums));
  }
  for (; j < width; j++, x += 4, out += 4) {
    let sum: f64 = 0;
    let at = x;
    for (let i = 0; i < rows; i++, at += bytes) sum += <f64>load<f32>(at);
    store<f32>(out, load<f32>(out) + <f32>sum);
  }
}
