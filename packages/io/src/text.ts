// Bytes as text: UTF-8, or UTF-16 where the byte order mark says so.
import { assertFits, corrupt } from "./limits.ts";

/** Throws `CorruptFile` for bytes that are no text, `OutOfMemory` beyond what one string can hold (2^29 - 24 characters). */
export function decodeText(bytes: Uint8Array, name: string): string {
  assertFits(name, bytes.length, 2 ** 29 - 24);
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(wide, { fatal: true }).decode(bytes);
  } catch (error) {
    throw corrupt(name, "is not text", bytes.length, "Save it as UTF-8.", error);
  }
}
