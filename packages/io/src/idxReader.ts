// One item of an IDX file as a table: images (bytes, rank 3) are densities in [0, 1], the rest plain numbers.
import { OtError } from "monge";
import type { Bytes } from "./bytes.ts";
import { densityTable } from "./density.ts";
import { readIdxHeader, readIdxItems } from "./idx.ts";
import type { ParseOptions } from "./options.ts";
import type { Peek, Reader } from "./reader.ts";
import type { Table } from "./table.ts";

export const idxReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    const { shape } = await readIdxHeader(bytes);
    const { index, maxBytes } = options;
    if (shape.length === 3 && index === undefined && shape[0] !== 1) {
      throw new OtError("InvalidValue", `${bytes.name} holds ${shape[0]} images and options.index chooses none.`, {
        argument: "options.index",
        seen: index,
        cure: `Set index to 0..${shape[0] - 1}.`,
      });
    }
    const items = await readIdxItems(
      bytes,
      shape.length === 3 ? { begin: index ?? 0, count: 1, maxBytes } : { maxBytes },
    );
    if (shape.length !== 3)
      return { data: items.data, shape, dtype: items.dtype, nature: shape.length === 2 ? "grid" : "points" };
    const max = items.dtype === "uint8" ? 255 : 1;
    return densityTable(
      { data: items.data, width: shape[2], height: shape[1], channels: 1, max },
      items.dtype,
      options,
    );
  },
  async peek(bytes: Bytes): Promise<Peek> {
    const { shape, dtype } = await readIdxHeader(bytes);
    if (shape.length === 3) return { kind: "grid", shape: shape.slice(1), dtype, weights: null, items: shape[0] };
    return { kind: shape.length === 2 ? "grid" : "points", shape, dtype, weights: null };
  },
};
