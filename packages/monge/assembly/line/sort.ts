// Sorting on the line: least-significant-digit radix sort on the bits of the doubles, 11 bits a pass, optionally with the order.
// Terdiman, "Radix sort revisited" (2000). Stable; -0 and 0 count as equal.

const bits: u64 = 11;
const buckets: i32 = 2048;
const passes: i32 = 6;
const mask: u64 = 2047;
const sign: u64 = 0x8000000000000000;

/** Bytes of the six histograms. */
export function lineSortHistogramBytes(): i32 {
  return passes * buckets * 4;
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
    // Adding 0 turns -0 into 0. Flipping the sign bit of positives and every bit of negatives makes the bits ascend.
    const raw = reinterpret<u64>(load<f64>(values + (k << 3)) + 0.0);
    let key = raw ^ (<u64>(<i64>raw >> 63) | sign);
    store<u64>(values + (k << 3), key);
    if (order !== 0) store<u32>(order + (k << 2), <u32>k);
    for (let slot = histogram; slot < histogram + <usize>(passes * buckets * 4); slot += buckets * 4) {
      const at = slot + (<usize>(key & mask) << 2);
      store<u32>(at, load<u32>(at) + 1);
      key >>= bits;
    }
  }
  let from = values;
  let to = spare;
  let orderFrom = order;
  let orderTo = spareOrder;
  for (let pass = 0; pass < passes; pass++) {
    const slot = histogram + <usize>(pass * buckets * 4);
    const shift = <u64>pass * bits;
    if (load<u32>(slot + (<usize>((load<u64>(from) >> shift) & mask) << 2)) === <u32>count) continue;
    let sum: u32 = 0;
    for (let bucket: usize = 0; bucket < <usize>buckets; bucket++) {
      const here = load<u32>(slot + (bucket << 2));
      store<u32>(slot + (bucket << 2), sum);
      sum += here;
    }
    for (let k: usize = 0; k < <usize>count; k++) {
      const key = load<u64>(from + (k << 3));
      const at = slot + (<usize>((key >> shift) & mask) << 2);
      const place = <usize>load<u32>(at);
      store<u32>(at, <u32>place + 1);
      store<u64>(to + (place << 3), key);
      if (order !== 0) store<u32>(orderTo + (place << 2), load<u32>(orderFrom + (k << 2)));
    }
    const keys = from;
    from = to;
    to = keys;
    const indices = orderFrom;
    orderFrom = orderTo;
    orderTo = indices;
  }
  for (let k: usize = 0; k < <usize>count; k++) {
    const key = load<u64>(from + (k << 3));
    store<u64>(values + (k << 3), key ^ (<u64>(~(<i64>key >> 63)) | sign));
  }
  if (order !== 0 && orderFrom !== order) memory.copy(order, orderFrom, (<usize>count) << 2);
}
