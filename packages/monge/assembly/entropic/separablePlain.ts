// log2 sum_k 2^(u_k - s c(x_i, y_k)) along one axis of a grid, term by term from the largest: slow and plain, for certificates.
import { exp2 } from "./exp2";

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
  for (let line = begin; line < end; line++) {
    const outer = line / inner;
    const first = from + (<usize>((ins - 1) * outer * inner + line) << 3);
    const target = to + (<usize>((outs - 1) * outer * inner + line) << 3);
    for (let i: usize = 0; i < <usize>outs; i++) {
      const at = load<f64>(x + (i << 3));
      let most = -Infinity;
      for (let k: usize = 0; k < <usize>ins; k++) {
        const term = load<f64>(first + k * step) - scale * price(at - load<f64>(y + (k << 3)), power);
        if (term > most) most = term;
      }
      let total = 0.0;
      if (most > -Infinity) {
        for (let k: usize = 0; k < <usize>ins; k++) {
          const paid = price(at - load<f64>(y + (k << 3)), power);
          const term = load<f64>(first + k * step) - scale * paid - most;
          if (term > cutoff) total += priced ? paid * exp2(term) : exp2(term);
        }
      }
      store<f64>(target + i * step, total > 0 ? most + Math.log2(total) : -Infinity);
    }
  }
}

function price(gap: f64, power: f64): f64 {
  return power == 2 ? gap * gap : power == 1 ? Math.abs(gap) : Math.pow(Math.abs(gap), power);
}
