// Circles of length 1: angles of points of the plane, and what two sorted rows of angles cost in closed form. Masses at 0: all equal.
// Against the uniform law: Bonet et al. (2023), proposition 1; the linear distance: Martin, Medri, Bai, Liu, Yan, Rohde and Kolouri (2023).

/** atan(r) / (2 pi r) as a polynomial in r^2 for r <= tan(pi / 8): off by 6e-18, less than the rounding of the result. */
// @ts-ignore: decorator
@inline
function arc(r: v128): v128 {
  const z = f64x2.mul(r, r);
  const z2 = f64x2.mul(z, z);
  const z4 = f64x2.mul(z2, z2);
  const low = f64x2.add(
    f64x2.add(f64x2.splat(0.15915494309189532), f64x2.mul(z, f64x2.splat(-0.05305164769729065))),
    f64x2.mul(z2, f64x2.add(f64x2.splat(0.031830988616555415), f64x2.mul(z, f64x2.splat(-0.022736420274883245)))),
  );
  const middle = f64x2.add(
    f64x2.add(f64x2.splat(0.01768387471348161), f64x2.mul(z, f64x2.splat(-0.014468414599921323))),
    f64x2.mul(z2, f64x2.add(f64x2.splat(0.012238939506441046), f64x2.mul(z, f64x2.splat(-0.0105682465961205)))),
  );
  const high = f64x2.add(
    f64x2.add(f64x2.splat(0.009053216044946844), f64x2.mul(z, f64x2.splat(-0.006919929345515744))),
    f64x2.mul(z2, f64x2.splat(0.003363541102249448)),
  );
  return f64x2.mul(r, f64x2.add(low, f64x2.mul(z4, f64x2.add(middle, f64x2.mul(z4, high)))));
}

/**
 * Writes over s the angles of the points (s, t) in turns, plus 1: in [1, 2], within 2^-52. Counting from 1 leaves one exponent, so that a
 * radix sort has two digits less to look at. `count` is even; (0, 0) has the angle 0.
 */
export function circleAngles(count: i32, s: usize, t: usize): void {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const tiny = f64x2.splat(f64.MIN_VALUE);
  for (let k: usize = 0; k < <usize>count << 3; k += 16) {
    const x = v128.load(s + k);
    const y = v128.load(t + k);
    const u = f64x2.abs(x);
    const v = f64x2.abs(y);
    const small = f64x2.pmin(u, v);
    const large = f64x2.pmax(f64x2.pmax(u, v), tiny);
    // Above tan(pi / 8) from the diagonal on: atan(r) = pi / 4 + atan((r - 1) / (r + 1)).
    const steep = f64x2.gt(small, f64x2.mul(large, f64x2.splat(0.41421356237309503)));
    const r = f64x2.div(
      v128.bitselect(f64x2.sub(small, large), small, steep),
      v128.bitselect(f64x2.add(small, large), large, steep),
    );
    let angle = f64x2.add(arc(r), v128.and(steep, f64x2.splat(0.125)));
    angle = v128.bitselect(f64x2.sub(f64x2.splat(0.25), angle), angle, f64x2.gt(v, u));
    angle = v128.bitselect(f64x2.sub(f64x2.splat(0.5), angle), angle, f64x2.lt(x, zero));
    angle = v128.bitselect(f64x2.sub(one, angle), angle, f64x2.lt(y, zero));
    v128.store(s + k, f64x2.add(one, angle));
  }
}

// @ts-ignore: decorator
@inline
function massAt(masses: usize, order: usize, k: i32, each: f64): f64 {
  return masses === 0 ? each : load<f64>(masses + (<usize>load<u32>(order + (<usize>k << 2)) << 3));
}

/** W_2^2 between the sorted row x, of masses a with the sum 1, and the uniform law: the variance of x_i - F(x_i) + a_i / 2, and sum a_i^3 / 12. */
export function circleUniformCost(n: i32, x: usize, a: usize, order: usize): f64 {
  const each = 1 / <f64>n;
  let level: f64 = 0;
  let mean: f64 = 0;
  for (let i = 0; i < n; i++) {
    const mass = massAt(a, order, i, each);
    const offset = load<f64>(x + (<usize>i << 3)) - (level + mass / 2);
    level += mass;
    mean += mass * offset;
    store<f64>(x + (<usize>i << 3), offset);
  }
  let spread: f64 = 0;
  for (let i = 0; i < n; i++) {
    const mass = massAt(a, order, i, each);
    const gap = load<f64>(x + (<usize>i << 3)) - mean;
    spread += mass * (gap * gap + mass * mass * (1.0 / 12));
  }
  return spread;
}

function meanOf(n: i32, x: usize, a: usize, order: usize): f64 {
  const each = 1 / <f64>n;
  let mean: f64 = 0;
  for (let i = 0; i < n; i++) mean += massAt(a, order, i, each) * load<f64>(x + (<usize>i << 3));
  return mean;
}

/**
 * The squared L2 distance on the circle between s -> F^-1(s - E + 1/2) and the like of G, E the mean coordinate, between sorted rows x and y of
 * masses a and b with the sums 1. Counted from the level 0 of F on, G is ahead by the difference of the means.
 */
export function circleLinearCost(n: i32, m: i32, x: usize, y: usize, a: usize, b: usize, rows: usize, columns: usize): f64 {
  const eachX = 1 / <f64>n;
  const eachY = 1 / <f64>m;
  const ahead = meanOf(n, x, a, rows) - meanOf(m, y, b, columns);
  const offset = ahead - Math.floor(ahead);
  let j = 0;
  let reached: f64 = 0;
  let turns: f64 = 0;
  let endY: f64 = 0;
  while (true) {
    reached += massAt(b, columns, j, eachY);
    endY = (j === m - 1 ? 1 : reached) - offset;
    if (endY > 0 || j === m - 1) break;
    j++;
  }
  let i = 0;
  let level: f64 = massAt(a, rows, 0, eachX);
  let endX: f64 = n === 1 ? 1 : level;
  let from: f64 = 0;
  let total: f64 = 0;
  while (from < 1) {
    const next = min<f64>(1, min(endX, endY));
    const gap = Math.abs(load<f64>(x + (<usize>i << 3)) - load<f64>(y + (<usize>j << 3)));
    const short = min(gap, 1 - gap);
    total += (next - from) * short * short;
    from = next;
    if (endX <= next && i < n - 1) {
      level += massAt(a, rows, ++i, eachX);
      endX = i === n - 1 ? 1 : level;
    }
    if (endY <= next) {
      if (++j === m) {
        j = 0;
        turns += 1;
        reached = 0;
      }
      reached += massAt(b, columns, j, eachY);
      endY = turns + (j === m - 1 ? 1 : reached) - offset;
    }
  }
  return total;
}
