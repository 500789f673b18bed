// Finished tiles of distances as small files in a folder, so that an interrupted run can go on.
// A file holds float64 numbers, little-endian, and is written whole or not at all.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TileStore } from "monge/cohort";
import { UsageError } from "./exit.ts";

/** A store in `folder`, which is made where it is missing. */
export async function folderStore(folder: string): Promise<TileStore> {
  await mkdir(folder, { recursive: true }).catch(() => {
    throw new UsageError(`--resume ${folder} cannot be made a folder.`, "Name a folder that can be written.");
  });
  return {
    async get(key) {
      const bytes = await readFile(join(folder, `${key}.f64`)).catch(() => null);
      if (bytes === null || bytes.length % 8 !== 0) return null;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const values = Float64Array.from({ length: bytes.length / 8 }, (_, k) => view.getFloat64(8 * k, true));
      return values.every((value) => value >= 0 && value < Infinity) ? values : null;
    },
    async put(key, values) {
      const bytes = new DataView(new ArrayBuffer(8 * values.length));
      values.forEach((value, k) => {
        bytes.setFloat64(8 * k, value, true);
      });
      const path = join(folder, `${key}.f64`);
      await writeFile(`${path}.part`, new Uint8Array(bytes.buffer));
      await rename(`${path}.part`, path);
    },
  };
}
