// The bytes of a .npy file: "\x93NUMPY", version 1.0, a header padded to 64 bytes, the numbers little-endian in C order.
// Source: NumPy enhancement proposal 1, numpy.lib.format.
import type { Floats } from "monge";
import { hostIsLittleEndian, swapped } from "./byteOrder.ts";

/** `data.length` = product of `shape`. */
export function npyBytes(data: Floats, shape: readonly number[]): Uint8Array {
  const descr = data instanceof Float32Array ? "<f4" : "<f8";
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const begin = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = `\x93NUMPY\x01\x00${String.fromCharCode((begin - 10) & 255, (begin - 10) >> 8)}${text.padEnd(begin - 11)}\n`;
  const out = new Uint8Array(begin + data.byteLength);
  for (let k = 0; k < begin; k++) out[k] = header.charCodeAt(k);
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  out.set(hostIsLittleEndian ? raw : swapped(raw, data.BYTES_PER_ELEMENT), begin);
  return out;
}
