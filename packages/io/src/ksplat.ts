// Splats of .ksplat files: sections of buckets, uncompressed (level 0) or relative to the centre of their bucket in 16 bits.
// Source: mkkellogg, GaussianSplats3D, SplatBuffer, version 0.1.
import { halfToDouble } from "./byteOrder.ts";
import { type Bytes, readAll } from "./bytes.ts";
import { assertReaches, corrupt, unsupported } from "./limits.ts";
import { type SceneBuilder, type SceneOptions, type SplatScene, sceneBuilder } from "./splatScene.ts";

const headBytes = 4096;
const sectionHeadBytes = 1024;
/** Colours of the bands 1 to 3 that a splat of this degree carries. */
const harmonics = [0, 9, 24, 45];

/** Bytes of one number: positions, scales, rotations; harmonics. */
const levels = [
  { wide: 4, harmonic: 4, range: 1 },
  { wide: 2, harmonic: 2, range: 32767 },
  { wide: 2, harmonic: 1, range: 32767 },
];

interface Section {
  readonly count: number;
  /** Splats in a full bucket. */
  readonly capacity: number;
  readonly buckets: number;
  readonly fullBuckets: number;
  readonly partialBuckets: number;
  readonly step: number;
  readonly range: number;
  readonly stride: number;
  /** Where the sizes of its partial buckets, the centres of all buckets and the splats begin. */
  readonly sizesAt: number;
  readonly centresAt: number;
  readonly splatsAt: number;
}

export async function readKsplat(bytes: Bytes, options: SceneOptions): Promise<SplatScene> {
  assertReaches(bytes, headBytes, "its header ends");
  const file = await readAll(bytes, options.maxBytes);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file[0] !== 0 || file[1] < 1)
    throw unsupported(bytes.name, `is .ksplat of version ${file[0]}.${file[1]}`, file[1], "Write it as version 0.1.");
  const sections = view.getUint32(4, true);
  const count = view.getUint32(16, true);
  const level = view.getUint16(20, true);
  if (level > 2) throw corrupt(bytes.name, `has compression level ${level} of 0 to 2`, level);
  let at = headBytes + sections * sectionHeadBytes;
  assertReaches(bytes, at, `the headers of its ${sections} sections end`);
  const found: Section[] = [];
  let sum = 0;
  for (let k = 0; k < sections; k++) {
    const { section, end } = readSection(view, headBytes + k * sectionHeadBytes, at, level, bytes, k);
    found.push(section);
    sum += section.count;
    at = end;
  }
  if (sum !== count) throw corrupt(bytes.name, `promises ${count} splats, and its sections hold ${sum}`, sum);
  const builder = sceneBuilder(bytes.name, "ksplat", count, bytes.size, options);
  for (const section of found) addSection(view, section, level, builder, bytes.name);
  return builder.finish();
}

function readSection(
  view: DataView,
  head: number,
  begin: number,
  level: number,
  bytes: Bytes,
  index: number,
): { section: Section; end: number } {
  const word = (offset: number): number => view.getUint32(head + offset, true);
  const count = word(0);
  const most = word(4);
  const buckets = word(12);
  const partialBuckets = word(36);
  const bucketBytes = view.getUint16(head + 20, true);
  const degree = view.getUint16(head + 40, true);
  const { wide, harmonic, range: usual } = levels[level];
  const range = word(24) || usual;
  const fault = (what: string, seen: number): Error => corrupt(`${bytes.name}, section ${index}`, what, seen);
  if (count > most) throw fault(`holds ${count} of at most ${most} splats`, count);
  if (degree > 3) throw fault(`has harmonics of degree ${degree}`, degree);
  if (buckets > 0 && bucketBytes < 12) throw fault(`stores a bucket in ${bucketBytes} bytes`, bucketBytes);
  const stride = 10 * wide + 4 + harmonics[degree] * harmonic;
  const centresAt = begin + 4 * partialBuckets;
  const splatsAt = centresAt + buckets * bucketBytes;
  // The last section need not be filled up to its capacity.
  assertReaches(bytes, splatsAt + count * stride, `its section ${index} ends`);
  const section = {
    count,
    capacity: word(8),
    buckets,
    fullBuckets: word(32),
    partialBuckets,
    step: view.getFloat32(head + 16, true) / 2 / range,
    range,
    stride,
    sizesAt: begin,
    centresAt,
    splatsAt,
  };
  return { section, end: splatsAt + most * stride };
}

function addSection(view: DataView, section: Section, level: number, { row, add }: SceneBuilder, name: string): void {
  const { wide } = levels[level];
  const number = (at: number): number =>
    wide === 4 ? view.getFloat32(at, true) : halfToDouble(view.getUint16(at, true));
  const bucketOf = level === 0 ? () => 0 : buckets(view, section, name);
  for (let i = 0, at = section.splatsAt; i < section.count; i++, at += section.stride) {
    const centre = section.centresAt + 12 * bucketOf(i);
    for (let k = 0; k < 3; k++) {
      row[k] =
        level === 0
          ? number(at + 4 * k)
          : (view.getUint16(at + 2 * k, true) - section.range) * section.step + view.getFloat32(centre + 4 * k, true);
      row[3 + k] = number(at + (3 + k) * wide);
      row[11 + k] = view.getUint8(at + 10 * wide + k) / 255;
    }
    for (let k = 0; k < 4; k++) row[6 + k] = number(at + (6 + k) * wide);
    row[10] = view.getUint8(at + 10 * wide + 3) / 255;
    add();
  }
}

/** The bucket of each splat, asked in rising order: full ones first, then those of the list of sizes. */
function buckets(view: DataView, section: Section, name: string): (i: number) => number {
  const { capacity, fullBuckets, partialBuckets, sizesAt } = section;
  const full = fullBuckets * capacity;
  let bucket = fullBuckets - 1;
  let end = full;
  return (i) => {
    if (i >= full) {
      while (i >= end && bucket - fullBuckets + 1 < partialBuckets) {
        bucket++;
        end += view.getUint32(sizesAt + 4 * (bucket - fullBuckets), true);
      }
    }
    const found = i < full ? Math.floor(i / capacity) : bucket;
    if ((i < full || i < end) && found < section.buckets) return found;
    throw corrupt(name, `has no bucket for splat ${i} of a section`, i);
  };
}
