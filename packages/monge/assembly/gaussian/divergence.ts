// The centre of least Kullback-Leibler divergence among the present one and its neighbours.
// KL(N(m, A) | N(c, C)) = (tr C^-1 A + (m - c)^T C^-1 (m - c) + log det C - log det A - d) / 2, less what is the same for all centres.

/**
 * Moves Gaussians [begin, end) to the best centre. A centre is log det C, then c (d), then C^-1 (d d); `means` n x d, `covariances`
 * n x d x d; `labels`, `near`, `width` as for `assignNear`; `costs` gets tr C^-1 A + .. + log det C, `own` that of the
 * present centre. Returns how many labels changed.
 */
export function divergenceNear(
  d: i32, means: usize, covariances: usize, begin: i32, end: i32, labels: usize, costs: usize, own: usize,
  centres: usize, near: usize, width: i32,
): i32 {
  const bytes = <usize>d << 3;
  let changed = 0;
  for (let i = begin; i < end; i++) {
    const mean = means + <usize>i * bytes;
    const covariance = covariances + <usize>i * <usize>d * bytes;
    const place = labels + (<usize>i << 2);
    const before = load<i32>(place);
    let label = before;
    let best = divergence(d, mean, covariance, centres, before);
    store<f64>(own + (<usize>i << 3), best);
    for (let t: usize = <usize>before * <usize>width, stop = t + <usize>width; t < stop; t++) {
      const other = load<i32>(near + (t << 2));
      const value = divergence(d, mean, covariance, centres, other);
      if (value < best) {
        best = value;
        label = other;
      }
    }
    if (label != before) changed++;
    store<i32>(place, label);
    store<f64>(costs + (<usize>i << 3), best);
  }
  return changed;
}

function divergence(d: i32, mean: usize, covariance: usize, centres: usize, label: i32): f64 {
  const bytes = <usize>d << 3;
  const centre = centres + <usize>label * (8 + bytes + <usize>d * bytes);
  const inverse = centre + 8 + bytes;
  let total = load<f64>(centre);
  for (let r: usize = 0; r < bytes; r += 8) {
    const gap = load<f64>(mean + r) - load<f64>(centre + r, 8);
    const row = <usize>d * r;
    let across: f64 = 0;
    for (let c: usize = 0; c < bytes; c += 8) {
      const entry = load<f64>(inverse + row + c);
      total += entry * load<f64>(covariance + row + c);
      across += entry * (load<f64>(mean + c) - load<f64>(centre + c, 8));
    }
    total += gap * across;
  }
  return total;
}
