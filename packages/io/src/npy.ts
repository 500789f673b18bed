// NumPy arrays: .npy format 1, 2 and 3, real types of either byte order, C and Fortran order, any number of axes.
// Source: numpy.lib.format. Ours, because npyjs reads neither big-endian files nor ranges, and trusts the header's shape.
import type { Floats } from "monge";
import { decodeNumbers, type Scalar, scalarSize } from "./byteOrder.ts";
import type { Bytes } from "./bytes.ts";
import { assertFits, corrupt, unsupported } from "./limits.ts";
import type { ParseOptions } from "./options.ts";
import type { Peek, Reader } from "./reader.ts";
import type { Table } from "./table.ts";

export interface NpyHeader {
  readonly dtype: Scalar;
  readonly littleEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin and how many there are. */
  readonly begin: number;
  readonly count: number;
}

export const npyReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    return readNpy(bytes, options.maxBytes);
  },
  async peek(bytes: Bytes): Promise<Peek> {
    const { dtype, shape } = await readNpyHeader(bytes);
    return { kind: natureOf(shape), shape, dtype, weights: null };
  },
};

/** Rows and columns are points; more axes can only be a grid. */
function natureOf(shape: readonly number[]): "points" | "grid" {
  return shape.length > 2 ? "grid" : "points";
}

/** One array. Throws `CorruptFile` if the file is shorter or longer than its header says. */
export async function readNpy(bytes: Bytes, maxBytes: number | undefined): Promise<Table> {
  const header = await readNpyHeader(bytes);
  const { dtype, shape, begin, count } = header;
  const end = begin + count * scalarSize[dtype];
  // The file, the copy that aligns it, the doubles it becomes.
  assertFits(bytes.name, count * (2 * scalarSize[dtype] + 8), maxBytes);
  const raw = decodeNumbers(await bytes.read(begin, end), dtype, header.littleEndian, bytes.name);
  const data = header.fortran && shape.length > 1 ? rowMajor(raw, shape) : raw;
  return { data, shape, dtype, nature: natureOf(shape) };
}

/** The header, checked against the size of the file. */
export async function readNpyHeader(bytes: Bytes): Promise<NpyHeader> {
  const head = await bytes.read(0, Math.min(12, bytes.size));
  if (head.length < 10 || latin1(head.subarray(0, 6)) !== "\x93NUMPY") {
    throw corrupt(
      bytes.name,
      "does not begin like a NumPy array",
      latin1(head.subarray(0, 6)),
      "Save it with numpy.save.",
    );
  }
  const version = head[6];
  if (version < 1 || version > 3)
    throw unsupported(bytes.name, `is of .npy version ${version}`, version, "Save it as version 1.");
  const prefix = version === 1 ? 10 : 12;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const length = version === 1 ? view.getUint16(8, true) : head.length < 12 ? Infinity : view.getUint32(8, true);
  if (prefix + length > bytes.size || length > 1 << 20) {
    throw corrupt(bytes.name, `ends within its header of ${length} bytes`, bytes.size);
  }
  const text = latin1(await bytes.read(prefix, prefix + length));
  return { ...parseDictionary(text, bytes, prefix + length), begin: prefix + length };
}

function parseDictionary(text: string, bytes: Bytes, begin: number): Omit<NpyHeader, "begin"> {
  const descr = /'descr'\s*:\s*('([^']*)'|\[)/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const tuple = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (descr === null || order === null || tuple === null)
    throw corrupt(bytes.name, "has no legible NumPy header", text.trim());
  const dtype = types[descr[2]?.slice(1) ?? ""];
  if (dtype === undefined || !"<>|=".includes(descr[2][0])) {
    const seen = descr[2] ?? "a structured type";
    throw unsupported(
      bytes.name,
      `holds numbers of type ${seen}`,
      seen,
      "Save real numbers: array.astype(numpy.float64).",
    );
  }
  const shape = tuple[1].split(",").flatMap((along) => (along.trim() === "" ? [] : [Number.parseInt(along, 10)]));
  const count = shape.reduce((product, along) => product * along, 1);
  const stored = bytes.size - begin;
  if (shape.length > 32 || !Number.isSafeInteger(count) || count * scalarSize[dtype] > stored) {
    const wanted = `${shape.join(" x ")} numbers of type ${dtype}, and ${stored} bytes follow`;
    throw corrupt(bytes.name, `is truncated: its header promises ${wanted}`, stored);
  }
  if (count * scalarSize[dtype] < stored) {
    throw corrupt(bytes.name, `goes on after its ${count} numbers`, stored, "Save one array to a file.");
  }
  return { dtype, littleEndian: descr[2][0] !== ">", fortran: order[1] === "True", shape, count };
}

const types: Readonly<Record<string, Scalar | undefined>> = {
  b1: "bool",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

/** First axis fastest -> last axis fastest. */
function rowMajor(data: Floats, shape: readonly number[]): Floats {
  const out = data.slice();
  const axes = shape.length;
  const strides = new Float64Array(axes);
  for (let axis = 0, stride = 1; axis < axes; axis++) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  const index = new Float64Array(axes);
  for (let k = 0, from = 0; k < out.length; k++) {
    out[k] = data[from];
    for (let axis = axes - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
