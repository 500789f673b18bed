// Splats of PLY files, as their training writes them: log scales, unnormalised rotations w first, logits of opacities.
// Source: Kerbl, Kopanas, Leimkuehler, Drettakis, "3D Gaussian splatting", 2023. Without scale_2 they are flat (Huang et al. 2024).
import type { Bytes } from "./bytes.ts";
import { assertReaches, unsupported } from "./limits.ts";
import { isFixed, rowSize } from "./plyElement.ts";
import { type PlyElement, type PlyHeader, readPlyHeader } from "./plyHeader.ts";
import { checkPromise, type Get, getters, readPlyRows } from "./plyRows.ts";
import { blockBytes, eachBlock } from "./records.ts";
import { readCompressedPly } from "./splatPlyCompressed.ts";
import {
  harmonic0,
  type SceneBuilder,
  type SceneOptions,
  type SplatScene,
  sceneBuilder,
  sigmoid,
} from "./splatScene.ts";

const required = [
  "x",
  "y",
  "z",
  "scale_0",
  "scale_1",
  "rot_0",
  "rot_1",
  "rot_2",
  "rot_3",
  "opacity",
  "f_dc_0",
  "f_dc_1",
  "f_dc_2",
];
const order = [...required.slice(0, 5), "scale_2", ...required.slice(5), "label"];
const [scale2, label] = [5, 14];

export async function readSplatPly(bytes: Bytes, options: SceneOptions): Promise<SplatScene> {
  const header = await readPlyHeader(bytes);
  const vertex = header.elements.find((element) => element.name === "vertex");
  const names = vertex?.properties.map((property) => property.name) ?? [];
  if (vertex !== undefined && names.includes("packed_position"))
    return readCompressedPly(bytes, header, vertex, options);
  const absent = required.find((name) => !names.includes(name));
  if (vertex === undefined || absent !== undefined) {
    throw unsupported(
      bytes.name,
      `holds no Gaussian splats: its vertices have no ${absent ?? "properties"}`,
      names,
      "Read points with readMeasure; splats have x y z, scale_*, rot_*, opacity and f_dc_*.",
    );
  }
  const list = vertex.properties.find((property) => property.length !== undefined);
  if (list !== undefined)
    throw unsupported(bytes.name, `stores ${list.name} as a list`, list.name, "Use properties of one number.");
  checkPromise(bytes, header, vertex);
  const wanted = order.map((name) => names.indexOf(name));
  const before = header.elements.slice(0, header.elements.indexOf(vertex));
  return header.encoding === "ascii" || before.some((element) => !isFixed(element))
    ? fromRows(bytes, header, vertex, wanted, options)
    : fromBlocks(bytes, header, vertex, before, wanted, options);
}

/** From numbers in `order`, 0 where a property does not exist. */
function put({ row, add }: SceneBuilder, stored: Float64Array, flat: boolean): void {
  for (let k = 0; k < 3; k++) {
    row[k] = stored[k];
    row[3 + k] = Math.exp(stored[3 + k]);
    row[11 + k] = 0.5 + harmonic0 * stored[11 + k];
  }
  if (flat) row[5] = 0;
  for (let k = 6; k < 10; k++) row[k] = stored[k];
  row[10] = sigmoid(stored[10]);
  row[label] = stored[label];
  add();
}

async function fromBlocks(
  bytes: Bytes,
  header: PlyHeader,
  vertex: PlyElement,
  before: readonly PlyElement[],
  wanted: readonly number[],
  options: SceneOptions,
): Promise<SplatScene> {
  const offsets: number[] = [];
  const get: (Get | undefined)[] = [];
  const size = rowSize(vertex, offsets);
  const begin = before.reduce((at, element) => at + element.count * rowSize(element), header.begin);
  assertReaches(bytes, begin + vertex.count * size, `its ${vertex.count} splats end`);
  for (const k of wanted) get.push(k < 0 ? undefined : getters[vertex.properties[k].type]);
  const builder = sceneBuilder(bytes.name, "ply", vertex.count, blockBytes, options, wanted[label] >= 0);
  const little = header.encoding === "little";
  const stored = new Float64Array(order.length);
  const flat = wanted[scale2] < 0;
  await eachBlock(bytes, begin, size, vertex.count, (view, _, records) => {
    for (let i = 0; i < records; i++) {
      for (let k = 0; k < stored.length; k++) stored[k] = get[k]?.(view, i * size + offsets[wanted[k]], little) ?? 0;
      put(builder, stored, flat);
    }
  });
  return builder.finish();
}

async function fromRows(
  bytes: Bytes,
  header: PlyHeader,
  vertex: PlyElement,
  wanted: readonly number[],
  options: SceneOptions,
): Promise<SplatScene> {
  const flat = wanted[scale2] < 0;
  const read = wanted.map((k) => Math.max(k, 0));
  const working = 4 * (bytes.size - header.begin) + vertex.count * order.length * 8;
  const builder = sceneBuilder(bytes.name, "ply", vertex.count, working, options, wanted[label] >= 0);
  const rows = await readPlyRows(bytes, header, vertex, read);
  for (let i = 0; i < vertex.count; i++) {
    const stored = rows.subarray(i * order.length, (i + 1) * order.length);
    if (wanted[label] < 0) stored[label] = 0;
    put(builder, stored, flat);
  }
  return builder.finish();
}
