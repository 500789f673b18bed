// Records of a fixed size, read in blocks: a large file need not be in memory at once.
import type { Bytes } from "./bytes.ts";

/** Bytes of one block, about. */
export const blockBytes: number = 1 << 22;

/** Hands over `count` records of `size` bytes from byte `begin` on, block by block; the view begins at record `first`. */
export async function eachBlock(
  bytes: Bytes,
  begin: number,
  size: number,
  count: number,
  use: (view: DataView, first: number, records: number) => void,
): Promise<void> {
  const most = Math.max(1, Math.floor(blockBytes / size));
  for (let first = 0; first < count; first += most) {
    const records = Math.min(most, count - first);
    const block = await bytes.read(begin + first * size, begin + (first + records) * size);
    use(new DataView(block.buffer, block.byteOffset, block.byteLength), first, records);
  }
}
