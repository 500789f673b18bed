// One file of named arrays with a description: what critics, maps and checkpoints are saved as.
// "MONGEARR", u32 bytes of the header, header (JSON), arrays in order, each from a multiple of 8 on, u32 CRC-32 of all before; little-endian.
import { OtError } from "../errors/otError.ts";

/** The arrays that a file can hold. */
export type SavedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** What was read. */
export interface Saved<H> {
  readonly header: H;
  /** Copies, by name. */
  readonly arrays: Readonly<Record<string, SavedArray>>;
}

const magic = "MONGEARR";
const schema = 1;
const makers = { Float32Array, Float64Array, Int32Array, Uint8Array } as const;

interface Listing {
  readonly kind: string;
  readonly schema: number;
  readonly header: unknown;
  readonly arrays: readonly { readonly name: string; readonly type: keyof typeof makers; readonly length: number }[];
}

/** The file of `arrays` and a `header` that JSON can hold; `kind` says what it is: `"critic"`, `"w1Map"`. */
export function encodeArrays(
  kind: string,
  header: object,
  arrays: Readonly<Record<string, SavedArray>>,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(arrays);
  const listed = entries.map(([name, array]) => ({ name, type: typeOf(array), length: array.length }));
  const listing: Listing = { kind, schema, header, arrays: listed };
  const text = new TextEncoder().encode(JSON.stringify(listing));
  const begin = upTo8(magic.length + 4 + text.length);
  const end = entries.reduce((at, [, array]) => at + upTo8(array.byteLength), begin);
  const bytes = new Uint8Array(end + 4);
  bytes.set(new TextEncoder().encode(magic));
  const view = new DataView(bytes.buffer);
  view.setUint32(magic.length, text.length, true);
  bytes.set(text, magic.length + 4);
  let at = begin;
  for (const [, array] of entries) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += upTo8(array.byteLength);
  }
  view.setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

/** Reads such a file. Throws `CorruptFile` for `argument` if it is damaged, of another kind, or of a later schema. */
export function decodeArrays<H>(bytes: Uint8Array, kind: string, argument: string): Saved<H> {
  const corrupt = (message: string, seen?: unknown): OtError =>
    new OtError("CorruptFile", `${argument} ${message}.`, {
      argument,
      seen,
      cure: `Pass the unchanged bytes of a file of the kind "${kind}".`,
    });
  if (!(bytes instanceof Uint8Array)) throw corrupt("is no Uint8Array", typeof bytes);
  const head = magic.length + 4;
  if (bytes.length < head + 4 || new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic)
    throw corrupt("does not begin as a file of arrays", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 4;
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end)))
    throw corrupt(`is damaged: its checksum fails over ${bytes.length} bytes`, bytes.length);
  const textEnd = head + view.getUint32(magic.length, true);
  let listing: Listing;
  try {
    listing = JSON.parse(new TextDecoder().decode(bytes.subarray(head, textEnd)));
  } catch {
    throw corrupt("has a header that is no JSON");
  }
  if (listing.kind !== kind) throw corrupt(`holds a "${listing.kind}"`, listing.kind);
  if (listing.schema !== schema) throw corrupt(`has schema ${listing.schema}, this version reads ${schema}`);
  const arrays: Record<string, SavedArray> = {};
  let at = upTo8(textEnd);
  for (const { name, type, length } of listing.arrays) {
    const make = makers[type];
    const size = length * make.BYTES_PER_ELEMENT;
    if (at + size > end) throw corrupt(`ends within its array "${name}"`, bytes.length);
    arrays[name] = new make(bytes.slice(at, at + size).buffer);
    at += upTo8(size);
  }
  return { header: listing.header as H, arrays };
}

function typeOf(array: SavedArray): keyof typeof makers {
  if (array instanceof Float32Array) return "Float32Array";
  if (array instanceof Float64Array) return "Float64Array";
  return array instanceof Int32Array ? "Int32Array" : "Uint8Array";
}

const upTo8 = (bytes: number): number => (bytes + 7) & ~7;

let table: Uint32Array | null = null;

function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = ~0;
  for (let k = 0; k < bytes.length; k++) crc = table[(crc ^ bytes[k]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
