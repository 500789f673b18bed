// One Zstandard frame (RFC 8878) of a known content size, unpacked by fzstd.
// Its header and blocks are walked first: fzstd takes the memory that a header asks for, and hides where a file is cut.
import { assertReaches, corrupt } from "./limits.ts";

/** `place` names the frame, which begins at byte `begin` of its file. Throws `CorruptFile` unless it unpacks to `size` bytes. */
export async function unpackZstd(frame: Uint8Array, size: number, place: string, begin: number): Promise<Uint8Array> {
  walk(frame, size, place, begin);
  const { Decompress } = await import("fzstd");
  const out = new Uint8Array(size);
  let filled = 0;
  const take = (piece: Uint8Array): void => {
    if (filled + piece.length > size) throw new RangeError("more than promised");
    out.set(piece, filled);
    filled += piece.length;
  };
  try {
    if (size > 0) new Decompress(take).push(frame, true);
  } catch (error) {
    throw corrupt(place, "is no intact Zstandard data", filled, undefined, error);
  }
  if (filled === size) return out;
  throw corrupt(place, `unpacks to ${filled} bytes, not to ${size}`, filled);
}

function walk(frame: Uint8Array, size: number, place: string, begin: number): void {
  const reach = (end: number): void =>
    assertReaches({ name: place, size: begin + frame.length }, begin + end, "its Zstandard frame goes on");
  reach(6);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const flags = frame[4];
  if (view.getUint32(0, true) !== 0xfd2fb528 || (flags & 8) !== 0)
    throw corrupt(place, `has no Zstandard frame at byte ${begin}`, Array.from(frame.subarray(0, 4)));
  const single = (flags >> 5) & 1;
  const dictionary = [0, 1, 2, 4][flags & 3];
  const sizeBytes = [single, 2, 4, 8][flags >> 6];
  let at = 6 - single + dictionary;
  reach(at + sizeBytes);
  let declared = 0;
  for (let k = 0; k < sizeBytes; k++) declared += frame[at + k] * 256 ** k;
  if (sizeBytes === 2) declared += 256;
  const exponent = 10 + (frame[5] >> 3);
  const window = single === 1 ? declared : 2 ** exponent * (1 + (frame[5] & 7) / 8);
  if (dictionary > 0 || (sizeBytes > 0 && declared !== size) || window > Math.max(size, largestWindow)) {
    throw corrupt(place, `has a Zstandard frame at byte ${begin} that is not of ${size} bytes`, declared);
  }
  at += sizeBytes;
  for (let last = 0; last === 0; ) {
    reach(at + 3);
    last = frame[at] & 1;
    const type = (frame[at] >> 1) & 3;
    const length = (frame[at] >> 3) | (frame[at + 1] << 5) | (frame[at + 2] << 13);
    at += 3 + (type === 1 ? 1 : length);
    reach(at);
  }
  at += (flags & 4) !== 0 ? 4 : 0;
  reach(at);
  if (at < frame.length) throw corrupt(place, `has bytes behind its Zstandard frame, from ${begin + at} on`, at);
}

/** What every decoder must accept (RFC 8878, 3.1.1.1.2). */
const largestWindow = 8 * 2 ** 20;
