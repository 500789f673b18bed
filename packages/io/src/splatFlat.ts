// Splats of .splat files: 32 bytes each, without a header (antimatter15's viewer, 2023).
// Centre and scales as float32, then red green blue opacity and the rotation w x y z as bytes, (b - 128) / 128.
import type { Bytes } from "./bytes.ts";
import { corrupt } from "./limits.ts";
import { blockBytes, eachBlock } from "./records.ts";
import { type SceneOptions, type SplatScene, sceneBuilder } from "./splatScene.ts";

const recordSize = 32;

export async function readFlatSplats(bytes: Bytes, options: SceneOptions): Promise<SplatScene> {
  const over = bytes.size % recordSize;
  if (over !== 0) {
    const what = `is truncated: it ends at byte ${bytes.size}, ${over} bytes into a splat of ${recordSize}`;
    throw corrupt(bytes.name, what, bytes.size);
  }
  const count = bytes.size / recordSize;
  const { row, add, finish } = sceneBuilder(bytes.name, "splat", count, blockBytes, options);
  await eachBlock(bytes, 0, recordSize, count, (view, _, records) => {
    for (let i = 0, at = 0; i < records; i++, at += recordSize) {
      for (let k = 0; k < 6; k++) row[k] = view.getFloat32(at + 4 * k, true);
      for (let k = 0; k < 3; k++) row[11 + k] = view.getUint8(at + 24 + k) / 255;
      row[10] = view.getUint8(at + 27) / 255;
      for (let k = 0; k < 4; k++) row[6 + k] = (view.getUint8(at + 28 + k) - 128) / 128;
      add();
    }
  });
  return finish();
}
