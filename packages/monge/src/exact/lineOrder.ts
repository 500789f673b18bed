// The order of numbers on a line: a stable ascending argsort.
// Least-significant-digit radix sort on the bits of the doubles, 11 bits a pass (Terdiman, "Radix sort revisited", 2000).

const bits = 11;
const buckets = 1 << bits;
const passes = 6;
const comparisonsBelow = 256;

/** Indices that sort `values` in ascending order; equal values (and 0 beside -0) keep their order. Values must be finite. */
export function argsort(values: Float64Array): Uint32Array<ArrayBuffer> {
  const count = values.length;
  const order = new Uint32Array(count);
  for (let k = 0; k < count; k++) order[k] = k;
  if (isAscending(values)) return order;
  if (count < comparisonsBelow) return order.sort((k, l) => values[k] - values[l] || k - l);
  return radix(values, order);
}

function isAscending(values: Float64Array): boolean {
  for (let k = 1; k < values.length; k++) if (values[k - 1] > values[k]) return false;
  return true;
}

function radix(values: Float64Array, start: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const count = values.length;
  const normalised = new Float64Array(count);
  // Adding 0 turns -0 into 0, so that the two compare equal.
  for (let k = 0; k < count; k++) normalised[k] = values[k] + 0;
  const words = new Uint32Array(normalised.buffer);
  let low = new Uint32Array(count);
  let high = new Uint32Array(count);
  const histogram = new Uint32Array(passes * buckets);
  for (let k = 0; k < count; k++) {
    // Two's complement order of IEEE bits: flip the sign bit of positives and every bit of negatives.
    const top = words[2 * k + 1];
    const flip = top >> 31;
    low[k] = words[2 * k] ^ flip;
    high[k] = top ^ (flip | 0x80000000);
    for (let pass = 0; pass < passes; pass++) histogram[pass * buckets + digit(low[k], high[k], pass)]++;
  }
  let order = start;
  let nextOrder = new Uint32Array(count);
  let nextLow = new Uint32Array(count);
  let nextHigh = new Uint32Array(count);
  for (let pass = 0; pass < passes; pass++) {
    const base = pass * buckets;
    if (histogram[base + digit(low[0], high[0], pass)] === count) continue;
    let sum = 0;
    for (let bucket = base; bucket < base + buckets; bucket++) {
      const here = histogram[bucket];
      histogram[bucket] = sum;
      sum += here;
    }
    for (let k = 0; k < count; k++) {
      const l = low[k];
      const h = high[k];
      const at = histogram[base + digit(l, h, pass)]++;
      nextOrder[at] = order[k];
      nextLow[at] = l;
      nextHigh[at] = h;
    }
    [order, nextOrder] = [nextOrder, order];
    [low, nextLow] = [nextLow, low];
    [high, nextHigh] = [nextHigh, high];
  }
  return order;
}

function digit(low: number, high: number, pass: number): number {
  if (pass < 2) return (low >>> (bits * pass)) & (buckets - 1);
  if (pass === 2) return ((low >>> 22) | (high << 10)) & (buckets - 1);
  return (high >>> (bits * (pass - 3) + 1)) & (buckets - 1);
}
