// log2 sum_k 2^(u_k - s c(x_i, y_k)) along one axis of a grid, term by term from the largest: slow and plain, for certificates.
import { exp2Lanes } from "./exp2";

/** Terms below 2^-100 of the largest are nothing, as many as there may be. */
const cutoff: f64 = -100;

/**
 * Lines [begin, end) from a tensor outer x ins x inner to outer x outs x inner. With `priced`, terms are multiplied by their cost
 * c(x_i, y_k) = |x_i - y_k|^power.
 */
export function plainAxis(
  from: usize,
  to: usize,
  x: usize,
  y: usize,
  outs: i32,
  ins: i32,
  inner: i32,
  begin: i32,
  end: i32,
  power: f64,
  scale: f64,
  priced: i32,
): void {
  const step = <usize>inner << 3;
  const low = f64x2.splat(cutoff);
  const nothing = f64x2.splat(-Infinity);
  for (let line = begin; line < end; line += 2) {
    // Two lines at a time; the last of an odd number twice.
    const other = min(line + 1, end - 1);
    const first = from + lineStart(line, ins, inner);
    const second = from + lineStart(other, ins, inner);
    const target = to + lineStart(line, outs, inner);
    const otherTarget = to + lineStart(other, outs, inner);
    for (let i: usize = 0; i < <usize>outs; i++) {
      const at = load<f64>(x + (i << 3));
      let most = nothing;
      for (let k: usize = 0; k < <usize>ins; k++) {
        const paid = f64x2.splat(scale * price(at - load<f64>(y + (k << 3)), power));
        most = f64x2.pmax(most, f64x2.sub(both(first + k * step, second + k * step), paid));
      }
      let total = f64x2.splat(0);
      // Where there is nothing, -Infinity less itself would be no number.
      const peak = f64x2.pmax(most, f64x2.splat(-1.7e308));
      for (let k: usize = 0; k < <usize>ins; k++) {
        const paid = price(at - load<f64>(y + (k << 3)), power);
        const cells = both(first + k * step, second + k * step);
        const exponent = f64x2.sub(f64x2.sub(cells, f64x2.splat(scale * paid)), peak);
        const counts = f64x2.gt(exponent, low);
        if (!v128.any_true(counts)) continue;
        const term = v128.and(exp2Lanes(exponent), counts);
        total = f64x2.add(total, priced ? f64x2.mul(f64x2.splat(paid), term) : term);
      }
      store<f64>(target + i * step, logarithm(f64x2.extract_lane(total, 0), f64x2.extract_lane(most, 0)));
      store<f64>(otherTarget + i * step, logarithm(f64x2.extract_lane(total, 1), f64x2.extract_lane(most, 1)));
    }
  }
}

// @ts-ignore: decorator
@inline function both(first: usize, second: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(load<f64>(first)), 1, load<f64>(second));
}

function logarithm(total: f64, most: f64): f64 {
  return total > 0 ? most + Math.log2(total) : -Infinity;
}

function lineStart(line: i32, length: i32, inner: i32): usize {
  const outer = line / inner;
  return <usize>((length - 1) * outer * inner + line) << 3;
}

function price(gap: f64, power: f64): f64 {
  return power == 2 ? gap * gap : power == 1 ? Math.abs(gap) : Math.pow(Math.abs(gap), power);
}
