// The deflated part of a DICOM file, unpacked by fflate piece by piece: what would take too much memory is refused on the way.
// Source: PS3.5, A.5; RFC 1951.
import { isOtError } from "monge";
import { assertFits, corrupt } from "./limits.ts";

const pieceBytes = 1 << 14;

/** The file with everything from byte `position` on unpacked. Throws `CorruptFile`, `OutOfMemory`. */
export async function dicomInflater(
  name: string,
  maxBytes: number | undefined,
): Promise<(file: Uint8Array, position: number) => Uint8Array> {
  const { Inflate } = await import("fflate");
  return (file, position) => {
    const pieces: Uint8Array[] = [file.subarray(0, position)];
    let total = position;
    const stream = new Inflate((piece) => {
      total += piece.length;
      assertFits(name, file.length + 2 * total, maxBytes);
      pieces.push(piece);
    });
    try {
      for (let at = position; at < file.length; at += pieceBytes)
        stream.push(file.subarray(at, at + pieceBytes), at + pieceBytes >= file.length);
    } catch (error) {
      if (isOtError(error)) throw error;
      throw corrupt(name, "has cut or broken deflated data", file.length, undefined, error);
    }
    const out = new Uint8Array(total);
    let at = 0;
    for (const piece of pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  };
}
