// RLE lossless pixels of DICOM: each byte of a sample is a plane of its own, the most significant first, packed by PackBits.
// Source: PS3.5, annex G.
import { corrupt } from "./limits.ts";

const headerBytes = 64;

/** The planes of `count` samples of `channels` colours and `wide` bytes, as interleaved samples. Throws `CorruptFile`. */
export function unpackRle(
  data: Uint8Array,
  name: string,
  count: number,
  channels: number,
  wide: 1 | 2,
): Uint8Array | Uint16Array {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const planes = channels * wide;
  if (data.length < headerBytes) throw corrupt(name, "is truncated: its RLE header ends early", data.length);
  if (view.getUint32(0, true) !== planes)
    throw corrupt(name, `has ${view.getUint32(0, true)} RLE segments, not ${planes}`, view.getUint32(0, true));
  const begins = Array.from({ length: planes }, (_, k) => view.getUint32(4 + 4 * k, true));
  const ends = [...begins.slice(1), data.length];
  for (let k = 0; k < planes; k++) {
    if (begins[k] < headerBytes || begins[k] >= ends[k] || ends[k] > data.length)
      throw corrupt(name, `has RLE segment ${k} at byte ${begins[k]} of ${data.length}`, begins[k]);
    // Two bytes say 128 at most.
    if (count > 64 * (ends[k] - begins[k]))
      throw corrupt(name, `promises ${count} pixels in ${ends[k] - begins[k]} bytes`, count);
  }
  const samples = wide === 1 ? new Uint8Array(count * channels) : new Uint16Array(count * channels);
  for (let k = 0; k < planes; k++) {
    const shift = 8 * (wide - 1 - (k % wide));
    unpack(data.subarray(begins[k], ends[k]), samples, Math.floor(k / wide), channels, shift, name);
  }
  return samples;
}

/** A byte n < 128: n + 1 bytes follow; n > 128: the next byte 257 - n times; 128: nothing. */
function unpack(
  segment: Uint8Array,
  samples: Uint8Array | Uint16Array,
  first: number,
  step: number,
  shift: number,
  name: string,
): void {
  let at = 0;
  for (let k = first; k < samples.length; ) {
    const short = (): Error =>
      corrupt(name, `has an RLE segment that ends after ${Math.floor(k / step)} pixels`, segment.length);
    if (at >= segment.length) throw short();
    const n = segment[at++];
    if (n === 128) continue;
    const run = n > 128;
    const length = run ? 257 - n : n + 1;
    if (at + (run ? 1 : length) > segment.length) throw short();
    for (let i = 0; i < length && k < samples.length; i++, k += step) samples[k] |= segment[run ? at : at + i] << shift;
    at += run ? 1 : length;
  }
}
