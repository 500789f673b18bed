// A gzip stream (RFC 1952) unpacked by fflate, piece by piece, up to the size that its own first bytes announce.
// fflate leaves the checksum aside: it is computed here.
import { isOtError } from "monge";
import { corrupt } from "./limits.ts";

const pieceBytes = 1 << 14;

/**
 * The first `sizeOf(head)` bytes of the content, `head` being its first `headBytes`: `sizeOf` may refuse before the rest is unpacked.
 * Throws `CorruptFile` where the stream ends earlier, or is not the one that was packed.
 */
export async function unpackGzip(
  file: Uint8Array,
  name: string,
  headBytes: number,
  sizeOf: (head: Uint8Array) => number,
): Promise<Uint8Array> {
  const { Gunzip } = await import("fflate");
  let out = new Uint8Array(headBytes);
  let filled = 0;
  let total = 0;
  let checksum = 0xffffffff;
  let known = false;
  const take = (piece: Uint8Array): void => {
    total += piece.length;
    checksum = update(checksum, piece);
    for (let at = 0; at < piece.length && filled < out.length; ) {
      const part = piece.subarray(at, at + out.length - filled);
      out.set(part, filled);
      filled += part.length;
      at += part.length;
      if (known || filled < headBytes) continue;
      known = true;
      const whole = new Uint8Array(Math.max(headBytes, sizeOf(out)));
      whole.set(out);
      out = whole;
    }
  };
  const stream = new Gunzip(take);
  try {
    for (let at = 0; at < file.length; at += pieceBytes)
      stream.push(file.subarray(at, at + pieceBytes), at + pieceBytes >= file.length);
  } catch (error) {
    if (isOtError(error)) throw error;
    throw corrupt(
      name,
      `has cut or broken gzip data up to byte ${file.length}, its end`,
      file.length,
      undefined,
      error,
    );
  }
  const wanted = known ? out.length : headBytes;
  if (filled < wanted)
    throw corrupt(
      name,
      `is truncated: at byte ${file.length}, where it ends, ${filled} of ${wanted} bytes are unpacked`,
      filled,
    );
  const trailer = new DataView(file.buffer, file.byteOffset + file.length - 8, 8);
  const sealed = trailer.getUint32(0, true) === ~checksum >>> 0 && trailer.getUint32(4, true) === total >>> 0;
  if (sealed) return out;
  throw corrupt(name, `is truncated or broken: its last bytes, up to byte ${file.length}, are not its checksum`, total);
}

/** CRC-32 of the bytes of each value, for {@link update}. */
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function update(checksum: number, bytes: Uint8Array): number {
  for (let k = 0; k < bytes.length; k++) checksum = table[(checksum ^ bytes[k]) & 255] ^ (checksum >>> 8);
  return checksum;
}
