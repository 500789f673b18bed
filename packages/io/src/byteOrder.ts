// Stored numbers as typed arrays: any alignment, either byte order, integers widened to Float64Array.
import { type Floats, OtError } from "monge";

/** Stored types of .npy, .ply and IDX, by the names NumPy gives them. */
export type Scalar =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float16"
  | "float32"
  | "float64";

/** Bytes of one number. */
export const scalarSize: Readonly<Record<Scalar, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
};

export const hostIsLittleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A copy with the bytes of each `width`-byte number reversed. */
export function swapped(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  for (let k = 0; k < bytes.length; k += width) for (let b = 0; b < width; b++) out[k + b] = bytes[k + width - 1 - b];
  return out;
}

/**
 * `bytes` as numbers: `float32` gives a Float32Array, every other type a Float64Array. Throws `InvalidValue` for a 64-bit integer
 * beyond 2^53, which no double holds exactly.
 */
export function decodeNumbers(bytes: Uint8Array, type: Scalar, littleEndian: boolean, name: string): Floats {
  const width = scalarSize[type];
  const swap = width > 1 && littleEndian !== hostIsLittleEndian;
  // Slicing aligns: a view of a file may begin at any byte.
  const { buffer } = swap ? swapped(bytes, width) : bytes.slice();
  switch (type) {
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
    case "bool":
    case "uint8":
      return Float64Array.from(new Uint8Array(buffer));
    case "int8":
      return Float64Array.from(new Int8Array(buffer));
    case "int16":
      return Float64Array.from(new Int16Array(buffer));
    case "uint16":
      return Float64Array.from(new Uint16Array(buffer));
    case "int32":
      return Float64Array.from(new Int32Array(buffer));
    case "uint32":
      return Float64Array.from(new Uint32Array(buffer));
    case "int64":
      return exactDoubles(new BigInt64Array(buffer), name);
    case "uint64":
      return exactDoubles(new BigUint64Array(buffer), name);
    case "float16":
      return Float64Array.from(new Uint16Array(buffer), halfToDouble);
  }
}

function exactDoubles(integers: BigInt64Array | BigUint64Array, name: string): Float64Array {
  const out = new Float64Array(integers.length);
  for (let k = 0; k < out.length; k++) {
    out[k] = Number(integers[k]);
    if (Number.isSafeInteger(out[k])) continue;
    throw new OtError("InvalidValue", `${name} holds the integer ${integers[k]}, beyond 2^53.`, {
      argument: name,
      seen: integers[k],
      cure: "Scale the integers down, or store them as float64.",
    });
  }
  return out;
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. */
export function halfToDouble(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
