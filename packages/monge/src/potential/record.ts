// A file of ours: a mark, a header in JSON, numbers, and a checksum over all of it (CRC-32, polynomial 0xEDB88320).
// Little-endian: "MONGE" and three zeros, u32 bytes of the header, the header, arrays from the next multiple of 8 on, each padded to 8, u32 checksum.
import { OtError } from "../errors/otError.ts";

/** The arrays of a record, by name. */
export type RecordArrays = Readonly<Record<string, Float32Array | Float64Array | Uint8Array>>;

/** A record, as read. */
export interface FileRecord {
  readonly header: Readonly<Record<string, unknown>>;
  readonly arrays: RecordArrays;
}

const mark = [0x4d, 0x4f, 0x4e, 0x47, 0x45, 0, 0, 0];
const kinds = { f32: Float32Array, f64: Float64Array, u8: Uint8Array } as const;
type Kind = keyof typeof kinds;

/** One file: `kind` says what it is, `header` is anything JSON can hold. */
export function packRecord(kind: string, header: Readonly<Record<string, unknown>>, arrays: RecordArrays): Uint8Array {
  const names = Object.entries(arrays).map(([name, array]) => {
    const type: Kind = array instanceof Float32Array ? "f32" : array instanceof Float64Array ? "f64" : "u8";
    return { name, type, length: array.length };
  });
  const text = new TextEncoder().encode(JSON.stringify({ schema: 1, kind, header, arrays: names }));
  let size = padded(12 + text.length);
  for (const array of Object.values(arrays)) size += padded(array.byteLength);
  const bytes = new Uint8Array(size + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(mark);
  view.setUint32(8, text.length, true);
  bytes.set(text, 12);
  let at = padded(12 + text.length);
  for (const array of Object.values(arrays)) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  }
  view.setUint32(size, checksum(bytes.subarray(0, size)), true);
  return bytes;
}

/** Reads a record of the given kind. Throws `CorruptFile`, saying what is wrong with it. */
export function unpackRecord(kind: string, bytes: Uint8Array): FileRecord {
  const size = bytes.length - 4;
  if (size < 16 || mark.some((byte, k) => bytes[k] !== byte))
    throw corrupt(kind, "does not begin as a file of this library does");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(8, true);
  if (12 + length > size) throw corrupt(kind, `ends within its header (${bytes.length} bytes)`);
  const { schema, kind: found, header, arrays: names } = readHeader(kind, bytes.subarray(12, 12 + length));
  if (schema !== 1) throw corrupt(kind, `has schema ${String(schema)}, and this version reads schema 1`);
  if (found !== kind) throw corrupt(kind, `is a ${found}`);
  const begin = padded(12 + length);
  const expected = names.reduce((sum, { type, length }) => sum + padded(length * kinds[type].BYTES_PER_ELEMENT), begin);
  if (expected !== size) throw corrupt(kind, `has ${bytes.length} bytes where its header asks for ${expected + 4}`);
  if (view.getUint32(size, true) !== checksum(bytes.subarray(0, size)))
    throw corrupt(kind, "does not match its checksum");
  const arrays: Record<string, Float32Array | Float64Array | Uint8Array> = {};
  let at = begin;
  for (const { name, type, length } of names) {
    const end = at + length * kinds[type].BYTES_PER_ELEMENT;
    arrays[name] = new kinds[type](bytes.slice(at, end).buffer);
    at = begin + padded(end - begin);
  }
  return { header, arrays };
}

interface Header {
  readonly schema: unknown;
  readonly kind: string;
  readonly header: Record<string, unknown>;
  readonly arrays: readonly { readonly name: string; readonly type: Kind; readonly length: number }[];
}

function readHeader(kind: string, text: Uint8Array): Header {
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text)) as Header;
    const sound = header.arrays.every(({ type, length }) => type in kinds && Number.isInteger(length) && length >= 0);
    if (sound && typeof header.header === "object") return header;
  } catch (cause) {
    throw corrupt(kind, "has a header that cannot be read", cause);
  }
  throw corrupt(kind, "has a header that describes no arrays");
}

/** The error for a file that breaks its format. */
export function corrupt(kind: string, what: string, cause?: unknown): OtError {
  return new OtError("CorruptFile", `This ${kind} file ${what}.`, {
    argument: "bytes",
    cause,
    cure: "Take another copy of the file.",
  });
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

let table: Uint32Array | undefined;

function checksum(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let sum = 0xffffffff;
  for (let k = 0; k < bytes.length; k++) sum = (sum >>> 8) ^ table[(sum ^ bytes[k]) & 255];
  return ~sum >>> 0;
}
