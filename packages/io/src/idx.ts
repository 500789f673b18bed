// IDX arrays, the format of MNIST: two zeros, a type, a rank, the extents, then the numbers, all big-endian.
// Source: Yann LeCun, "The MNIST database", file formats. Items along the first axis are read without the rest of the file.
import { type Floats, OtError } from "monge";
import { decodeNumbers, type Scalar, scalarSize } from "./byteOrder.ts";
import type { Bytes } from "./bytes.ts";
import { assertFits, corrupt } from "./limits.ts";
import { type Source, withBytes } from "./source.ts";

export interface IdxOptions {
  /** First item along the first axis, from 0. Default 0. */
  readonly begin?: number;
  /** How many items. Default: all from `begin` on. */
  readonly count?: number;
  /** Refuse what would take more bytes than this. Default 2 GiB. */
  readonly maxBytes?: number;
}

export interface IdxArray {
  /** Row-major; `Float32Array` for type float32, `Float64Array` for all others. Bytes are 0..255. */
  readonly data: Floats;
  /** Extents of `data`; the first is the number of items read. */
  readonly shape: readonly number[];
  /** Items in the file. */
  readonly items: number;
  readonly dtype: string;
}

export interface IdxHeader {
  readonly dtype: Scalar;
  readonly shape: readonly number[];
  readonly begin: number;
}

/** Reads items of an IDX file. Throws `CorruptFile`, `InvalidValue` (no such item), `OutOfMemory`. */
export async function readIdx(source: Source, options: IdxOptions = {}): Promise<IdxArray> {
  return withBytes(source, options.maxBytes, (bytes) => readIdxItems(bytes, options));
}

export async function readIdxItems(bytes: Bytes, options: IdxOptions): Promise<IdxArray> {
  const { dtype, shape, begin } = await readIdxHeader(bytes);
  const first = options.begin ?? 0;
  const count = options.count ?? shape[0] - first;
  if (!Number.isInteger(first) || first < 0 || !Number.isInteger(count) || count < 0 || first + count > shape[0]) {
    throw new OtError(
      "InvalidValue",
      `${bytes.name} has items 0 to ${shape[0] - 1}; ${first} to ${first + count - 1} were asked for.`,
      {
        argument: "options.index",
        seen: first,
        cure: "Ask for items of the file.",
      },
    );
  }
  const item = shape.slice(1).reduce((product, along) => product * along, 1);
  const width = scalarSize[dtype] * item;
  assertFits(bytes.name, count * (2 * width + 8 * item), options.maxBytes);
  const raw = await bytes.read(begin + first * width, begin + (first + count) * width);
  return {
    data: decodeNumbers(raw, dtype, false, bytes.name),
    shape: [count, ...shape.slice(1)],
    items: shape[0],
    dtype,
  };
}

/** The header, checked against the size of the file. */
export async function readIdxHeader(bytes: Bytes): Promise<IdxHeader> {
  const head = await bytes.read(0, Math.min(bytes.size, 4 + 4 * 255));
  const dtype = types[head[2]];
  const rank = head[3];
  if (head.length < 4 || head[0] !== 0 || head[1] !== 0 || dtype === undefined || rank === 0) {
    throw corrupt(
      bytes.name,
      "does not begin like an IDX file",
      Array.from(head.subarray(0, 4)),
      "Unpack it first if it is a .gz file.",
    );
  }
  const begin = 4 + 4 * rank;
  if (head.length < begin) throw corrupt(bytes.name, "ends within its header", bytes.size);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const wanted = shape.reduce((product, along) => product * along, scalarSize[dtype]);
  if (wanted !== bytes.size - begin) {
    const promise = `its header promises ${shape.join(" x ")} numbers of type ${dtype}`;
    throw corrupt(
      bytes.name,
      `has the wrong size: ${promise}, and ${bytes.size - begin} bytes follow`,
      bytes.size - begin,
    );
  }
  return { dtype, shape, begin };
}

const types: Readonly<Record<number, Scalar | undefined>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};
