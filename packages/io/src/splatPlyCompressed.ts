// Splats packed into 16 bytes each, quantised between the bounds of chunks of 256: PlayCanvas's .compressed.ply.
// Positions and log scales 11 + 10 + 11 bits, rotations 2 + 3 x 10 bits (the three smallest components), colours 8 bits each.
import type { Bytes } from "./bytes.ts";
import { assertReaches, corrupt, unsupported } from "./limits.ts";
import { rowSize } from "./plyElement.ts";
import type { PlyElement, PlyHeader } from "./plyHeader.ts";
import { getters } from "./plyRows.ts";
import { blockBytes, eachBlock } from "./records.ts";
import { type SceneOptions, type SplatScene, sceneBuilder } from "./splatScene.ts";

const packed = ["packed_position", "packed_rotation", "packed_scale", "packed_color"];
const axes = ["x", "y", "z"];
const bounds = [
  ...axes.flatMap((axis) => [`min_${axis}`, `max_${axis}`]),
  ...axes.flatMap((axis) => [`min_scale_${axis}`, `max_scale_${axis}`]),
];
const colourBounds = ["r", "g", "b"].flatMap((channel) => [`min_${channel}`, `max_${channel}`]);
const chunkSize = 256;

export async function readCompressedPly(
  bytes: Bytes,
  header: PlyHeader,
  vertex: PlyElement,
  options: SceneOptions,
): Promise<SplatScene> {
  const chunk = header.elements.find((element) => element.name === "chunk");
  const chunks = Math.ceil(vertex.count / chunkSize);
  if (chunk === undefined || chunk.count < chunks) {
    const seen = chunk?.count ?? 0;
    throw corrupt(bytes.name, `has ${seen} chunks, and its ${vertex.count} splats need ${chunks}`, seen);
  }
  if (header.encoding !== "little")
    throw unsupported(
      bytes.name,
      "packs splats in another way than binary_little_endian",
      header.encoding,
      "Convert it.",
    );
  const coloured = chunk.properties.some((property) => property.name === "min_r");
  const low = place(bytes, header, chunk, [...bounds, ...(coloured ? colourBounds : [])], "float32");
  const high = place(bytes, header, vertex, packed, "uint32");
  const ends = header.elements.reduce((at, element) => at + element.count * rowSize(element), header.begin);
  assertReaches(bytes, ends, `its ${vertex.count} splats end`);
  const width = low.offsets.length;
  const builder = sceneBuilder(bytes.name, "compressed-ply", vertex.count, chunks * width * 8 + blockBytes, options);
  const range = new Float64Array(chunks * width);
  await eachBlock(bytes, low.begin, low.size, chunks, (view, first, records) => {
    for (let i = 0, k = first * width; i < records; i++)
      for (const offset of low.offsets) range[k++] = getters.float32(view, i * low.size + offset, true);
  });
  const { row, add } = builder;
  const between = (at: number, t: number): number => range[at] * (1 - t) + range[at + 1] * t;
  await eachBlock(bytes, high.begin, high.size, vertex.count, (view, first, records) => {
    for (let i = 0; i < records; i++) {
      const c = Math.floor((first + i) / chunkSize) * width;
      const word = (k: number): number => view.getUint32(i * high.size + high.offsets[k], true);
      const position = word(0);
      row[0] = between(c, (position >>> 21) / 2047);
      row[1] = between(c + 2, ((position >>> 11) & 1023) / 1023);
      row[2] = between(c + 4, (position & 2047) / 2047);
      unpackRotation(word(1), row);
      const scale = word(2);
      row[3] = Math.exp(between(c + 6, (scale >>> 21) / 2047));
      row[4] = Math.exp(between(c + 8, ((scale >>> 11) & 1023) / 1023));
      row[5] = Math.exp(between(c + 10, (scale & 2047) / 2047));
      const colour = word(3);
      for (let k = 0; k < 3; k++) {
        const t = ((colour >>> (24 - 8 * k)) & 255) / 255;
        row[11 + k] = coloured ? between(c + 12 + 2 * k, t) : t;
      }
      row[10] = (colour & 255) / 255;
      add();
    }
  });
  return builder.finish();
}

/** Two bits say which of w x y z is the largest, ten bits each of the others, in that order, in [-1, 1] / sqrt(2). */
function unpackRotation(word: number, row: Float64Array): void {
  const largest = word >>> 30;
  let rest = 1;
  for (let k = 0, shift = 20; k < 4; k++) {
    if (k === largest) continue;
    const value = (((word >>> shift) & 1023) / 1023 - 0.5) * Math.SQRT2;
    row[6 + k] = value;
    rest -= value * value;
    shift -= 10;
  }
  row[6 + largest] = Math.sqrt(Math.max(0, rest));
}

/** Where the rows of `element` begin, their size, and where in a row the properties `names` stand. */
function place(
  bytes: Bytes,
  header: PlyHeader,
  element: PlyElement,
  names: readonly string[],
  type: "float32" | "uint32",
): { begin: number; size: number; offsets: number[] } {
  let begin = header.begin;
  for (const each of header.elements) {
    if (each.properties.some((property) => property.length !== undefined))
      throw unsupported(bytes.name, `has lists in its element ${each.name}`, each.name, "Write it without lists.");
    if (each === element) break;
    begin += each.count * rowSize(each);
  }
  const all: number[] = [];
  const size = rowSize(element, all);
  const offsets = names.map((name) => {
    const k = element.properties.findIndex((property) => property.name === name);
    if (k >= 0 && element.properties[k].type === type) return all[k];
    throw corrupt(bytes.name, `has an element ${element.name} without ${name} as ${type}`, name);
  });
  return { begin, size, offsets };
}
