// Splats of Niantic's .spz, versions 2 and 3 (one gzip stream) and 4 (a Zstandard stream for each attribute).
// Positions are 24-bit fixed point, log scales b / 16 - 10, colours f_dc = (b / 255 - 1/2) / 0.15. Source: github.com/nianticlabs/spz.
import { type Bytes, readAll } from "./bytes.ts";
import { unpackGzip } from "./gzip.ts";
import { assertFits, assertReaches, corrupt, unsupported } from "./limits.ts";
import { harmonic0, type SceneOptions, type SplatScene, sceneBuilder, splatBytes } from "./splatScene.ts";
import { unpackZstd } from "./zstd.ts";

interface Header {
  readonly version: number;
  readonly count: number;
  readonly fractionalBits: number;
  /** Bytes of positions, opacities, colours, scales, rotations and harmonics, in this order. */
  readonly sizes: readonly number[];
}

const magic = 0x5053474e;
const headBytes = 16;
/** Header of version 4. */
const longHeadBytes = 32;

export async function readSpz(bytes: Bytes, options: SceneOptions): Promise<SplatScene> {
  const file = await readAll(bytes, options.maxBytes);
  if (file[0] === 0x1f && file[1] === 0x8b) {
    let header: Header | undefined;
    const whole = await unpackGzip(file, bytes.name, headBytes, (head) => {
      header = readHeader(head, bytes.name);
      const size = headBytes + total(header);
      assertFits(bytes.name, bytes.size + size + header.count * splatBytes, options.maxBytes);
      return size;
    });
    return fromStreams(header as Header, split(whole, header as Header), bytes, options);
  }
  assertReaches(bytes, longHeadBytes, "its header ends");
  const header = readHeader(file, bytes.name);
  assertFits(bytes.name, bytes.size + total(header) + header.count * splatBytes, options.maxBytes);
  if (header.version < 4) {
    assertReaches(bytes, headBytes + total(header), `its ${header.count} splats end`);
    return fromStreams(header, split(file, header), bytes, options);
  }
  return fromStreams(header, await unpackStreams(file, header, bytes), bytes, options);
}

function readHeader(head: Uint8Array, name: string): Header {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(0, true) !== magic)
    throw corrupt(name, "does not begin like .spz", Array.from(head.subarray(0, 4)));
  const version = view.getUint32(4, true);
  if (version < 2 || version > 4)
    throw unsupported(name, `is .spz of version ${version}`, version, "Write it as version 2, 3 or 4.");
  const count = view.getUint32(8, true);
  const degree = head[12];
  if (degree > 4) throw corrupt(name, `has harmonics of degree ${degree}`, degree);
  if (head[13] > 24) throw corrupt(name, `has positions with ${head[13]} fractional bits of 24`, head[13]);
  const harmonics = 3 * ((degree + 1) ** 2 - 1);
  const sizes = [9, 1, 3, 3, version === 2 ? 3 : 4, harmonics].map((size) => size * count);
  return { version, count, fractionalBits: head[13], sizes };
}

function total({ sizes }: Header): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Versions 2 and 3: one attribute after the other. */
function split(whole: Uint8Array, { sizes }: Header): Uint8Array[] {
  let at = headBytes;
  return sizes.map((size) => {
    at += size;
    return whole.subarray(at - size, at);
  });
}

/** Version 4: a table of packed and unpacked sizes, then the streams. Harmonics are left packed. */
async function unpackStreams(file: Uint8Array, header: Header, bytes: Bytes): Promise<Uint8Array[]> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const streams = file[15];
  const table = view.getUint32(16, true);
  const expected = header.sizes[5] > 0 ? 6 : 5;
  if (streams !== expected || table < longHeadBytes)
    throw corrupt(bytes.name, `has ${streams} streams and their table at byte ${table}`, streams);
  let at = table + 16 * streams;
  assertReaches(bytes, at, "its table of streams ends");
  const out: Uint8Array[] = [];
  for (let k = 0; k < streams; k++) {
    const packed = Number(view.getBigUint64(table + 16 * k, true));
    const unpacked = Number(view.getBigUint64(table + 16 * k + 8, true));
    if (unpacked !== header.sizes[k])
      throw corrupt(bytes.name, `has a stream ${k} of ${unpacked} bytes, and ${header.sizes[k]} are needed`, unpacked);
    assertReaches(bytes, at + packed, `its stream ${k} ends`);
    if (k < 5) out.push(await unpackZstd(file.subarray(at, at + packed), unpacked, bytes.name, at));
    at += packed;
  }
  return out;
}

function fromStreams(header: Header, streams: readonly Uint8Array[], bytes: Bytes, options: SceneOptions): SplatScene {
  const { count, version } = header;
  const { row, add, finish } = sceneBuilder(bytes.name, "spz", count, bytes.size + total(header), options);
  const [positions, opacities, colours, scales, rotations] = streams;
  const step = 2 ** -header.fractionalBits;
  const word = new DataView(rotations.buffer, rotations.byteOffset, rotations.byteLength);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < 3; k++) {
      const at = 9 * i + 3 * k;
      // Shifted to the top and back: the sign is the highest of 24 bits.
      row[k] = (((positions[at] << 8) | (positions[at + 1] << 16) | (positions[at + 2] << 24)) >> 8) * step;
      row[3 + k] = Math.exp(scales[3 * i + k] / 16 - 10);
      row[11 + k] = 0.5 + (harmonic0 * (colours[3 * i + k] / 255 - 0.5)) / 0.15;
    }
    if (version === 2) unpackThree(rotations, 3 * i, row);
    else unpackSmallest(word.getUint32(4 * i, true), row);
    row[10] = opacities[i] / 255;
    add();
  }
  return finish();
}

/** x y z as bytes of [-1, 1]; w is what is missing to length 1. */
function unpackThree(rotations: Uint8Array, at: number, row: Float64Array): void {
  let rest = 1;
  for (let k = 0; k < 3; k++) {
    const value = rotations[at + k] / 127.5 - 1;
    row[7 + k] = value;
    rest -= value * value;
  }
  row[6] = Math.sqrt(Math.max(0, rest));
}

/** Two bits say which of x y z w is the largest; a sign and nine bits each of the others, the last one lowest, in units of 1 / (511 sqrt(2)). */
function unpackSmallest(word: number, row: Float64Array): void {
  const largest = word >>> 30;
  let rest = 1;
  for (let k = 3, shift = 0; k >= 0; k--) {
    if (k === largest) continue;
    const size = (((word >>> shift) & 511) / 511) * Math.SQRT1_2;
    rest -= size * size;
    row[6 + ((k + 1) % 4)] = ((word >>> (shift + 9)) & 1) === 1 ? -size : size;
    shift += 10;
  }
  row[6 + ((largest + 1) % 4)] = Math.sqrt(Math.max(0, rest));
}
