// Random access to the bytes of one file: formats know nothing of paths, buffers and Blobs.
import { assertFits } from "./limits.ts";

/** Random access to the bytes of one file. */
export interface Bytes {
  readonly name: string;
  readonly size: number;
  /** Exactly the bytes [begin, end), 0 <= begin <= end <= size; not to be written to. */
  read(begin: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Bytes that are already in memory. */
export function memory(name: string, data: Uint8Array): Bytes {
  return { name, size: data.length, read: async (begin, end) => data.subarray(begin, end), close: async () => {} };
}

/** The whole content. Throws `OutOfMemory` beyond `maxBytes`. */
export async function readAll(bytes: Bytes, maxBytes: number | undefined): Promise<Uint8Array> {
  assertFits(bytes.name, bytes.size, maxBytes);
  return bytes.read(0, bytes.size);
}
