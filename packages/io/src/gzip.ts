// A gzip stream unpacked by fflate, piece by piece, up to the size that its own first bytes announce.
import { isOtError } from "monge";
import { corrupt } from "./limits.ts";

const pieceBytes = 1 << 14;

/**
 * The first `sizeOf(head)` bytes of the content, `head` being its first `headBytes`: `sizeOf` may refuse before the rest is unpacked.
 * Throws `CorruptFile` where the stream ends earlier.
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
  let known = false;
  const take = (piece: Uint8Array): void => {
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
    for (let at = 0; at < file.length && !(known && filled === out.length); at += pieceBytes)
      stream.push(file.subarray(at, at + pieceBytes), at + pieceBytes >= file.length);
  } catch (error) {
    if (isOtError(error)) throw error;
    throw corrupt(name, `has broken gzip data before byte ${file.length}`, file.length, undefined, error);
  }
  if (known && filled === out.length) return out;
  const wanted = known ? out.length : headBytes;
  throw corrupt(
    name,
    `is truncated: at its end, byte ${file.length}, ${filled} of ${wanted} bytes are unpacked`,
    filled,
  );
}
