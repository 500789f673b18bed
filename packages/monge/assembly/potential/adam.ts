// One step of Adam: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, w <- w - rate m / (sqrt(v) / root + eps).
// Kingma and Ba (2015); rate = learning rate / (1 - b1^t), root = sqrt(1 - b2^t). Moments below 1e-30 become 0: subnormals cost a hundred times.

/** `count` is a multiple of 4 (padding holds zeros). */
export function adam(
  w: usize,
  m: usize,
  v: usize,
  g: usize,
  count: i32,
  rate: f32,
  b1: f32,
  b2: f32,
  root: f32,
  eps: f32,
): void {
  const end = w + (<usize>count << 2);
  const keep1 = f32x4.splat(b1);
  const take1 = f32x4.splat(1 - b1);
  const keep2 = f32x4.splat(b2);
  const take2 = f32x4.splat(1 - b2);
  const tiny = f32x4.splat(1e-30);
  const rates = f32x4.splat(rate);
  const inverse = f32x4.splat(1 / root);
  const floor = f32x4.splat(eps);
  for (; w < end; w += 16, m += 16, v += 16, g += 16) {
    const slope = v128.load(g);
    let first = f32x4.add(f32x4.mul(keep1, v128.load(m)), f32x4.mul(take1, slope));
    let second = f32x4.add(f32x4.mul(keep2, v128.load(v)), f32x4.mul(take2, f32x4.mul(slope, slope)));
    first = v128.and(first, f32x4.gt(f32x4.abs(first), tiny));
    second = v128.and(second, f32x4.gt(second, tiny));
    v128.store(m, first);
    v128.store(v, second);
    const step = f32x4.div(first, f32x4.add(f32x4.mul(f32x4.sqrt(second), inverse), floor));
    v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(rates, step)));
  }
}
