// Sorting on the line: least-significant-digit radix sort on the bits of the doubles, 11 bits a pass, optionally with the order.
// Terdiman, "Radix sort revisited" (2000). Stable; -0 and 0 count as equal.

const bits: u64 = 11;
export const buckets: i32 = 2048;
export const passes: i32 = 6;
const mask: u64 = 2047;
const sign: u64 = 0x8000000000000000;

/** Bytes of the six histograms. */
export function lineSortHistogramBytes(): i32 {
  return passes * buckets * 4;
}

/** Bits that ascend with the double: adding 0 turns -0 into 0, then the sign bit of positives is flipped, and every bit of negatives. */
// @ts-ignore: decorator
@inline
export function keyOf(value: f64): u64 {
  const raw = reinterpret<u64>(value + 0.0);
  return raw ^ (<u64>(<i64>raw >> 63) | sign);
}

/** Counts the digits [from, 6) of a key. */
// @ts-ignore: decorator
@inline
export function countDigits(key: u64, histogram: usize, from: i32): void {
  let digits = key >> (<u64>from * bits);
  for (let slot = histogram + <usize>(from * buckets * 4); slot < histogram + <usize>(passes * buckets * 4); slot += buckets * 4) {
    const at = slot + (<usize>(digits & mask) << 2);
    store<u32>(at, load<u32>(at) + 1);
    digits >>= bits;
  }
}

/** Writes the doubles of the keys at `from` to `values`, which may be the same place. */
export function doublesOf(count: i32, from: usize, values: usize): void {
  for (let k: usize = 0; k < <usize>count; k++) {
    const key = load<u64>(from + (k << 3));
    store<u64>(values + (k << 3), key ^ (<u64>(~(<i64>key >> 63)) | sign));
  }
}

/**
 * Sorts the `count` finite doubles at `values` in place, ascending; `spare` holds as many. With `order` not 0, writes there the
 * indices (u32) that sort them; `spareOrder` holds as many.
 */
export function lineSort(
  count: i32,
  values: usize,
  spare: usize,
  order: usize,
  spareOrder: usize,
  histogram: usize,
): void {
  memory.fill(histogram, 0, <usize>(passes * buckets * 4));
  for (let k: usize = 0; k < <usize>count; k++) {
    const key = keyOf(load<f64>(values + (k << 3)));
    store<u64>(values + (k << 3), key);
    if (order !== 0) store<u32>(order + (k << 2), <u32>k);
    countDigits(key, histogram, 0);
  }
  const turned = radixPasses(count, values, spare, order, spareOrder, histogram, 0);
  doublesOf(count, turned === 0 ? values : spare, values);
  if (order !== 0 && turned !== 0) memory.copy(order, spareOrder, (<usize>count) << 2);
}

/**
 * Passes [from, 6) over keys whose digits the histogram counts; passes in which all keys have one digit are left out. Returns where the keys, and
 * with `order` not 0 their indices, ended: 0 in place, 1 in the spare arrays.
 */
export function radixPasses(
  count: i32,
  keys: usize,
  spare: usize,
  order: usize,
  spareOrder: usize,
  histogram: usize,
  from: i32,
): i32 {
  let turned = 0;
  for (let pass = from; pass < passes; pass++) {
    const source = turned === 0 ? keys : spare;
    const target = turned === 0 ? spare : keys;
    const orderSource = turned === 0 ? order : spareOrder;
    const orderTarget = turned === 0 ? spareOrder : order;
    const slot = histogram + <usize>(pass * buckets * 4);
    const shift = <u64>pass * bits;
    if (load<u32>(slot + (<usize>((load<u64>(source) >> shift) & mask) << 2)) === <u32>count) continue;
    let sum: u32 = 0;
    for (let bucket: usize = 0; bucket < <usize>buckets; bucket++) {
      const here = load<u32>(slot + (bucket << 2));
      store<u32>(slot + (bucket << 2), sum);
      sum += here;
    }
    for (let k: usize = 0; k < <usize>count; k++) {
      const key = load<u64>(source + (k << 3));
      const at = slot + (<usize>((key >> shift) & mask) << 2);
      const place = <usize>load<u32>(at);
      store<u32>(at, <u32>place + 1);
      store<u64>(target + (place << 3), key);
      if (order !== 0) store<u32>(orderTarget + (place << 2), load<u32>(orderSource + (k << 2)));
    }
    turned ^= 1;
  }
  return turned;
}
