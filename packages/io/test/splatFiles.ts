// Small scenes of Gaussian splats in every format, encoded byte by byte from the formats' descriptions: independent of the readers.
import { gzipSync, zipSync } from "fflate";
import { joined, numbers, text, webpFile } from "./files.ts";

export interface Splat {
  readonly mean: readonly number[];
  /** Standard deviations. */
  readonly scale: readonly number[];
  /** Unit quaternion w x y z. */
  readonly rotation: readonly number[];
  readonly opacity: number;
  readonly colour: readonly number[];
}

const harmonic0 = 1 / (2 * Math.sqrt(Math.PI));
const logit = (p: number): number => Math.log(p / (1 - p));

export const plyNames: readonly string[] =
  "x y z nx ny nz f_dc_0 f_dc_1 f_dc_2 f_rest_0 opacity scale_0 scale_1 scale_2 rot_0 rot_1 rot_2 rot_3".split(" ");

/** Numbers of a splat in the order of {@link plyNames}; the rotation is stored three times too long. */
export function plyRow(s: Splat): number[] {
  const colours = s.colour.map((c) => (c - 0.5) / harmonic0);
  return [
    ...s.mean,
    0,
    0,
    1,
    ...colours,
    9,
    logit(s.opacity),
    ...s.scale.map(Math.log),
    ...s.rotation.map((q) => 3 * q),
  ];
}

export function plyHeader(format: string, count: number, names: readonly string[], type = "float"): string {
  const properties = names.map((name) => `property ${type} ${name}\n`).join("");
  return `ply\nformat ${format} 1.0\ncomment splats\nelement vertex ${count}\n${properties}end_header\n`;
}

export function splatPly(splats: readonly Splat[], format = "binary_little_endian"): Uint8Array {
  const rows = splats.map(plyRow);
  const body =
    format === "ascii"
      ? rows.map((row) => `${row.join(" ")}\n`).join("")
      : numbers(rows.flat(), "f4", format === "binary_little_endian");
  return joined(plyHeader(format, splats.length, plyNames), body);
}

/** Index of the largest component in size, and the others with its sign made positive. */
function smallest(rotation: readonly number[], order: readonly number[]): { largest: number; rest: number[] } {
  const q = order.map((k) => rotation[k]);
  const largest = q.reduce((best, value, k) => (Math.abs(value) > Math.abs(q[best]) ? k : best), 0);
  const sign = q[largest] < 0 ? -1 : 1;
  return { largest, rest: q.filter((_, k) => k !== largest).map((value) => sign * value) };
}

const unorm = (value: number, low: number, high: number, steps: number): number =>
  high > low ? Math.round(((value - low) / (high - low)) * steps) : 0;

export function compressedPly(
  splats: readonly Splat[],
  coloured = true,
  promised: number = Math.ceil(splats.length / 256),
): Uint8Array {
  const chunks: number[] = [];
  const words: number[] = [];
  for (let first = 0; first < splats.length; first += 256) {
    const part = splats.slice(first, first + 256);
    const range = (of: (s: Splat) => number): [number, number] => [
      Math.fround(Math.min(...part.map(of))),
      Math.fround(Math.max(...part.map(of))),
    ];
    const position = [0, 1, 2].map((k) => range((s) => s.mean[k]));
    const scale = [0, 1, 2].map((k) => range((s) => Math.log(s.scale[k])));
    const colour = [0, 1, 2].map((k): [number, number] => (coloured ? range((s) => s.colour[k]) : [0, 1]));
    const ends = (bounds: [number, number][]): number[] => [
      ...bounds.map(([low]) => low),
      ...bounds.map(([, high]) => high),
    ];
    chunks.push(...ends(position), ...ends(scale), ...(coloured ? ends(colour) : []));
    for (const s of part) {
      const pack = (value: (k: number) => number, bounds: [number, number][]): number =>
        unorm(value(0), ...bounds[0], 2047) * 2 ** 21 +
        unorm(value(1), ...bounds[1], 1023) * 2 ** 11 +
        unorm(value(2), ...bounds[2], 2047);
      const { largest, rest } = smallest(s.rotation, [0, 1, 2, 3]);
      const [a, b, c] = rest.map((q) => Math.round((q / Math.SQRT2 + 0.5) * 1023));
      words.push(
        pack((k) => s.mean[k], position),
        largest * 2 ** 30 + a * 2 ** 20 + b * 2 ** 10 + c,
        pack((k) => Math.log(s.scale[k]), scale),
        [0, 1, 2].reduce((sum, k) => sum * 256 + unorm(s.colour[k], ...colour[k], 255), 0) * 256 +
          Math.round(255 * s.opacity),
      );
    }
  }
  const bounds = ["", "scale_", ...(coloured ? ["colour"] : [])].flatMap((kind) =>
    ["min", "max"].flatMap((end) =>
      kind === "colour"
        ? ["r", "g", "b"].map((c) => `${end}_${c}`)
        : ["x", "y", "z"].map((axis) => `${end}_${kind}${axis}`),
    ),
  );
  const packed = ["position", "rotation", "scale", "color"].map((name) => `property uint packed_${name}\n`).join("");
  return joined(
    `ply\nformat binary_little_endian 1.0\nelement chunk ${promised}\n`,
    bounds.map((name) => `property float ${name}\n`).join(""),
    `element vertex ${splats.length}\n${packed}end_header\n`,
    numbers(chunks, "f4", true),
    numbers(words, "u4", true),
  );
}

const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));

export function flatSplats(splats: readonly Splat[]): Uint8Array {
  return joined(
    ...splats.flatMap((s) => [
      numbers([...s.mean, ...s.scale], "f4", true),
      [...s.colour, s.opacity].map((value) => byte(255 * value)),
      s.rotation.map((q) => byte(128 + 128 * q)),
    ]),
  );
}

/** A Zstandard frame of one raw block, with its size in the header. */
export function zstdFrame(content: Uint8Array): Uint8Array {
  const block = content.length * 8 + 1;
  return joined(
    [0x28, 0xb5, 0x2f, 0xfd, 0xa0],
    numbers([content.length], "u4", true),
    [block & 255, (block >> 8) & 255, block >> 16],
    content,
  );
}

export function spzFile(splats: readonly Splat[], version: 2 | 3 | 4, degree = 0): Uint8Array {
  const bits = 12;
  const fixed = (value: number): number[] => {
    const v = Math.round(value * 2 ** bits) & 0xffffff;
    return [v & 255, (v >> 8) & 255, v >> 16];
  };
  const rotation = (q: readonly number[]): Uint8Array | number[] => {
    if (version === 2) return [1, 2, 3].map((k) => byte(((q[0] < 0 ? -q[k] : q[k]) + 1) * 127.5));
    const { largest, rest } = smallest(q, [1, 2, 3, 0]);
    const word = rest.reduce(
      (sum, v) => sum * 1024 + (v < 0 ? 512 : 0) + Math.round((Math.abs(v) / Math.SQRT1_2) * 511),
      largest,
    );
    return numbers([word], "u4", true);
  };
  const streams = [
    joined(...splats.map((s) => s.mean.flatMap(fixed))),
    Uint8Array.from(splats, (s) => byte(255 * s.opacity)),
    Uint8Array.from(splats.flatMap((s) => s.colour.map((c) => byte(255 * ((0.15 * (c - 0.5)) / harmonic0 + 0.5))))),
    Uint8Array.from(splats.flatMap((s) => s.scale.map((v) => byte(16 * (Math.log(v) + 10))))),
    joined(...splats.map((s) => rotation(s.rotation))),
    ...(degree > 0 ? [new Uint8Array(splats.length * 3 * ((degree + 1) ** 2 - 1)).fill(128)] : []),
  ];
  const head = joined("NGSP", numbers([version, splats.length], "u4", true), [
    degree,
    bits,
    0,
    version === 4 ? streams.length : 0,
  ]);
  if (version < 4) return gzipSync(joined(head, ...streams));
  const frames = streams.map(zstdFrame);
  const table = frames.flatMap((frame, k) => [frame.length, streams[k].length]);
  return joined(head, numbers([32, 0, 0, 0], "u4", true), numbers(table, "u8", true), ...frames);
}

/** binary16 of a normal number. */
function half(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return (value < 0 ? 0x8000 : 0) + Math.round((exponent + 14 + Math.abs(value) / 2 ** exponent) * 1024);
}

/** One section; on levels 1 and 2 the first splats fill a bucket of two, the rest a bucket of their own. */
export function ksplatFile(splats: readonly Splat[], level: 0 | 1 | 2, degree = 0): Uint8Array {
  const buckets = level === 0 ? [] : [splats.slice(0, 2), splats.slice(2)];
  const centres = buckets.map((bucket) =>
    [0, 1, 2].map((k) => bucket.reduce((sum, s) => sum + s.mean[k], 0) / Math.max(1, bucket.length)),
  );
  const blockSize = 16;
  const head = new DataView(new ArrayBuffer(4096 + 1024));
  head.setUint8(1, 1);
  head.setUint32(4, 1, true);
  head.setUint32(8, 1, true);
  head.setUint32(12, splats.length, true);
  head.setUint32(16, splats.length, true);
  head.setUint16(20, level, true);
  const section = [splats.length, splats.length, 2, buckets.length];
  section.forEach((value, k) => head.setUint32(4096 + 4 * k, value, true));
  head.setFloat32(4096 + 16, blockSize, true);
  head.setUint16(4096 + 20, 12, true);
  head.setUint32(4096 + 32, level === 0 ? 0 : 1, true);
  head.setUint32(4096 + 36, level === 0 ? 0 : 1, true);
  head.setUint16(4096 + 40, degree, true);
  const harmonics = new Uint8Array([0, 9, 24][degree] * [4, 2, 1][level]);
  const rows = splats.map((s, i) => {
    const centre = centres[i < 2 ? 0 : 1];
    const colours = [...s.colour, s.opacity].map((value) => byte(255 * value));
    if (level === 0) return joined(numbers([...s.mean, ...s.scale, ...s.rotation], "f4", true), colours, harmonics);
    const place = s.mean.map(
      (value, k) => Math.round(((value - Math.fround(centre[k])) / (blockSize / 2)) * 32767) + 32767,
    );
    return joined(numbers([...place, ...s.scale.map(half), ...s.rotation.map(half)], "u2", true), colours, harmonics);
  });
  const sizes = level === 0 ? [] : [splats.length - 2];
  return joined(new Uint8Array(head.buffer), numbers(sizes, "u4", true), numbers(centres.flat(), "f4", true), ...rows);
}

/** meta.json and images of a SOG scene by name. */
export async function sogParts(splats: readonly Splat[], version: 1 | 2): Promise<Record<string, Uint8Array>> {
  const n = splats.length;
  const width = 3;
  const height = Math.ceil(n / width);
  const image = (pixel: (s: Splat, i: number) => number[]): Promise<Uint8Array> => {
    const data = new Uint8ClampedArray(4 * width * height);
    splats.forEach((s, i) => data.set(pixel(s, i), 4 * i));
    return webpFile({ data, width, height, colorSpace: "srgb" } as ImageData, true);
  };
  const squeeze = (v: number): number => Math.sign(v) * Math.log(Math.abs(v) + 1);
  const bounds = (of: (s: Splat) => number[]): { mins: number[]; maxs: number[] } => {
    const all = splats.map(of);
    const fold = (pick: (...v: number[]) => number): number[] =>
      all[0].map((_, k) => pick(...all.map((row) => row[k])));
    return { mins: fold(Math.min), maxs: fold(Math.max) };
  };
  const means = bounds((s) => s.mean.map(squeeze));
  const place = (s: Splat, k: number): number => unorm(squeeze(s.mean[k]), means.mins[k], means.maxs[k], 65535);
  const book = (low: number, high: number): number[] =>
    Array.from({ length: 256 }, (_, k) => low + ((high - low) * k) / 255);
  const scaleOf = (s: Splat): number[] => s.scale.map(Math.log);
  const colourOf = (s: Splat): number[] => [...s.colour.map((c) => (c - 0.5) / harmonic0), logit(s.opacity)];
  const scales = version === 1 ? bounds(scaleOf) : { mins: [-8, -8, -8], maxs: [2, 2, 2] };
  const colours = version === 1 ? bounds(colourOf) : { mins: [-2, -2, -2, 0], maxs: [2, 2, 2, 0] };
  const quantised = (values: number[], { mins, maxs }: { mins: number[]; maxs: number[] }): number[] =>
    values.map((value, k) => byte(255 * ((value - mins[k]) / (maxs[k] - mins[k] || 1))));
  const meta = {
    ...(version === 2 && { version: 2, count: n }),
    means: { ...(version === 1 && { shape: [n, 3] }), ...means, files: ["means_l.webp", "means_u.webp"] },
    quats: { files: ["quats.webp"] },
    scales: { files: ["scales.webp"], ...(version === 1 ? scales : { codebook: book(-8, 2) }) },
    sh0: { files: ["sh0.webp"], ...(version === 1 ? colours : { codebook: book(-2, 2) }) },
  };
  return {
    "meta.json": text(JSON.stringify(meta)),
    "means_l.webp": await image((s) => [...[0, 1, 2].map((k) => place(s, k) & 255), 255]),
    "means_u.webp": await image((s) => [...[0, 1, 2].map((k) => place(s, k) >> 8), 255]),
    "quats.webp": await image((s) => {
      const { largest, rest } = smallest(s.rotation, [0, 1, 2, 3]);
      return [...rest.map((q) => byte((q * Math.SQRT2 * 0.5 + 0.5) * 255)), 252 + largest];
    }),
    "scales.webp": await image((s) => [...quantised(scaleOf(s), scales), 255]),
    "sh0.webp": await image((s) => {
      const [r, g, b, a] = quantised(colourOf(s), colours);
      return [r, g, b, version === 1 ? a : byte(255 * s.opacity)];
    }),
  };
}

export async function sogFile(splats: readonly Splat[], version: 1 | 2): Promise<Uint8Array> {
  return zipSync(await sogParts(splats, version), { level: 0 });
}
