// What happens to activations between two products: bias, LeakyReLU and its mask, rows that are mixed, picked or turned.
// LeakyReLU keeps the sign, so the activations are their own mask: 1 where they are positive, else the slope.

/** Every row of `out` becomes `bias`. */
export function fillRows(out: usize, bias: usize, width: i32, rows: i32): void {
  const bytes = <usize>width << 2;
  for (let r = 0; r < rows; r++, out += bytes) memory.copy(out, bias, bytes);
}

/** x <- max(x, slope x), 0 <= slope < 1. */
export function leaky(x: usize, count: i32, slope: f32): void {
  const end = x + (<usize>count << 2);
  const fast = x + (<usize>(count & ~3) << 2);
  const slopes = f32x4.splat(slope);
  for (; x < fast; x += 16) v128.store(x, f32x4.max(v128.load(x), f32x4.mul(slopes, v128.load(x))));
  for (; x < end; x += 4) store<f32>(x, max(load<f32>(x), slope * load<f32>(x)));
}

/** delta <- delta times the mask of the activations. */
export function masked(delta: usize, activation: usize, count: i32, slope: f32): void {
  maskedInto(delta, activation, count, slope, delta);
}

/** Row a of `out` becomes row a of `tangent` times the mask of row `picked[a]` of the activations; `out` may be the activations, since picked[a] >= a ascends. */
export function maskRows(
  tangent: usize,
  activation: usize,
  picked: usize,
  rows: i32,
  width: i32,
  slope: f32,
  out: usize,
): void {
  const bytes = <usize>width << 2;
  for (let a = 0; a < rows; a++, tangent += bytes, out += bytes) {
    maskedInto(tangent, activation + <usize>load<i32>(picked + (<usize>a << 2)) * bytes, width, slope, out);
  }
}

function maskedInto(delta: usize, activation: usize, count: i32, slope: f32, out: usize): void {
  const end = delta + (<usize>count << 2);
  const fast = delta + (<usize>(count & ~3) << 2);
  const zero = f32x4.splat(0);
  const slopes = f32x4.splat(slope);
  for (; delta < fast; delta += 16, activation += 16, out += 16) {
    const value = v128.load(delta);
    v128.store(out, v128.bitselect(value, f32x4.mul(value, slopes), f32x4.gt(v128.load(activation), zero)));
  }
  for (; delta < end; delta += 4, activation += 4, out += 4) {
    store<f32>(out, load<f32>(activation) > 0 ? load<f32>(delta) : slope * load<f32>(delta));
  }
}

/** Row i of `out` becomes x_i + t_i (y_i - x_i). */
export function blendRows(x: usize, y: usize, t: usize, rows: i32, width: i32, out: usize): void {
  for (let i = 0; i < rows; i++) {
    const share = load<f32>(t + (<usize>i << 2));
    const shares = f32x4.splat(share);
    let c = 0;
    for (; c + 4 <= width; c += 4, x += 16, y += 16, out += 16) {
      const from = v128.load(x);
      v128.store(out, f32x4.add(from, f32x4.mul(shares, f32x4.sub(v128.load(y), from))));
    }
    for (; c < width; c++, x += 4, y += 4, out += 4) {
      store<f32>(out, load<f32>(x) + share * (load<f32>(y) - load<f32>(x)));
    }
  }
}

/** Row a becomes row picked[a], in place; picked ascends. */
export function gatherRows(at: usize, picked: usize, rows: i32, width: i32): void {
  const bytes = <usize>width << 2;
  for (let a = 0; a < rows; a++) {
    memory.copy(at + <usize>a * bytes, at + <usize>load<i32>(picked + (<usize>a << 2)) * bytes, bytes);
  }
}

/** Every sample, `outer` x `inner`, turned into `inner` x `outer`: channels first to channels last and back. */
export function swapAxes(from: usize, to: usize, outer: i32, inner: i32, samples: i32): void {
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < inner; i++) {
      for (let o = 0; o < outer; o++, to += 4) store<f32>(to, load<f32>(from + ((<usize>o * <usize>inner + <usize>i) << 2)));
    }
    from += (<usize>outer * <usize>inner) << 2;
  }
}
