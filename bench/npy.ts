// NumPy .npy files of float64: written for the peers, read back by our own side, so that both see the same bits.
// Format 1.0: magic, two version bytes, header length, a Python dictionary padded with spaces to a multiple of 64 bytes, the numbers.
import { readFileSync, writeFileSync } from "node:fs";

export interface Npy {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function writeNpy(path: string, data: Float64Array, shape: readonly number[]): void {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = Buffer.alloc(length, " ");
  header.write("\x93NUMPY\x01\x00", 0, "latin1");
  header.writeUInt16LE(length - 10, 8);
  header.write(dictionary, 10, "latin1");
  header.write("\n", length - 1);
  writeFileSync(path, header);
  writeFileSync(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), { flag: "a" });
}

export function readNpy(path: string): Npy {
  const file = readFileSync(path);
  const start = 10 + file.readUInt16LE(8);
  const dictionary = file.toString("latin1", 10, start);
  if (!dictionary.includes("'<f8'")) throw new Error(`${path} does not hold float64`);
  const tuple = /\(([^)]*)\)/.exec(dictionary)?.[1] ?? "";
  const shape = tuple
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  // Small files come in a shared buffer, at any offset.
  const data = new Float64Array(file.buffer.slice(file.byteOffset + start, file.byteOffset + file.length));
  return { shape, data };
}
