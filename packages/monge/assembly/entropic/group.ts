// Means of the cost over groups of rows: out_Ij = sum over i in I of share_i C_ij.
import { costRow } from "./costs";
import { bytes } from "./sweep";

/** Adds rows [begin, end): row i goes to row member_i of `out` (padded rows) with weight share_i, or nowhere where that is < 0. */
export function groupRows(begin: i32, end: i32, member: usize, shares: usize, out: usize): void {
  for (let i = begin; i < end; i++) {
    const group = load<i32>(member + (<usize>i << 2));
    if (group < 0) continue;
    const row = costRow(i);
    const to = out + <usize>group * bytes;
    const times = f64x2.splat(load<f64>(shares + (<usize>i << 3)));
    for (let j: usize = 0; j < bytes; j += 64) {
      v128.store(to + j, f64x2.add(v128.load(to + j), f64x2.mul(times, v128.load(row + j))));
      v128.store(to + j, f64x2.add(v128.load(to + j, 16), f64x2.mul(times, v128.load(row + j, 16))), 16);
      v128.store(to + j, f64x2.add(v128.load(to + j, 32), f64x2.mul(times, v128.load(row + j, 32))), 32);
      v128.store(to + j, f64x2.add(v128.load(to + j, 48), f64x2.mul(times, v128.load(row + j, 48))), 48);
    }
  }
}
