// The product with the kept cells: out += S^T diag(factor) S x, in one reading of the tiles.
import { cellsBefore, cellsCount, cellsTiles } from "./cells";

/** Row blocks [begin, end); x and out in f32, the factor of each row cell in f64. */
export function productSingle(begin: i32, end: i32, x: usize, factor: usize, out: usize): void {
  const last = cellsBefore(end);
  for (let c = cellsBefore(begin); c < last; c++) {
    const row = cellsTiles(c);
    const length = <usize>cellsCount(c);
    const names = row + (length << 5);
    const stop = names + (length << 2);
    let tile = row;
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    for (let name = names; name < stop; name += 4, tile += 32) {
      const at = x + (<usize>load<i32>(name) << 5);
      sum0 = f32x4.add(sum0, f32x4.mul(v128.load(tile), v128.load(at)));
      sum1 = f32x4.add(sum1, f32x4.mul(v128.load(tile, 16), v128.load(at, 16)));
    }
    sum0 = f32x4.add(sum0, sum1);
    const sum = f32x4.extract_lane(sum0, 0) + f32x4.extract_lane(sum0, 1) + (f32x4.extract_lane(sum0, 2) + f32x4.extract_lane(sum0, 3));
    const times = f32x4.splat(<f32>(<f64>sum * load<f64>(factor + (<usize>c << 3))));
    tile = row;
    for (let name = names; name < stop; name += 4, tile += 32) {
      const to = out + (<usize>load<i32>(name) << 5);
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(tile), times)));
      v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(v128.load(tile, 16), times)), 16);
    }
  }
}

/** The same with x and out in f64, for systems so badly conditioned that f32 misses their slowest directions. */
export function productDouble(begin: i32, end: i32, x: usize, factor: usize, out: usize): void {
  const last = cellsBefore(end);
  for (let c = cellsBefore(begin); c < last; c++) {
    const row = cellsTiles(c);
    const length = <usize>cellsCount(c);
    const names = row + (length << 5);
    const stop = names + (length << 2);
    let tile = row;
    let sum0 = f64x2.splat(0);
    let sum1 = sum0;
    for (let name = names; name < stop; name += 4, tile += 32) {
      const at = x + (<usize>load<i32>(name) << 6);
      sum0 = f64x2.add(sum0, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(tile)), v128.load(at)));
      sum1 = f64x2.add(sum1, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(tile, 8)), v128.load(at, 16)));
      sum0 = f64x2.add(sum0, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(tile, 16)), v128.load(at, 32)));
      sum1 = f64x2.add(sum1, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(tile, 24)), v128.load(at, 48)));
    }
    sum0 = f64x2.add(sum0, sum1);
    const sum = f64x2.extract_lane(sum0, 0) + f64x2.extract_lane(sum0, 1);
    const times = f64x2.splat(sum * load<f64>(factor + (<usize>c << 3)));
    tile = row;
    for (let name = names; name < stop; name += 4, tile += 32) {
      const to = out + (<usize>load<i32>(name) << 6);
      for (let k: usize = 0; k < 4; k++) {
        const value = f64x2.promote_low_f32x4(v128.load64_zero(tile + (k << 3)));
        v128.store(to + (k << 4), f64x2.add(v128.load(to + (k << 4)), f64x2.mul(value, times)));
      }
    }
  }
}
