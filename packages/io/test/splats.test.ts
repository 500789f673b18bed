// Every format of splats gives back the scene that was put in, within half a step of its own quantisation.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "monge";
import { describe, expect, test } from "vitest";
import { encodeSplatPly, readScene, type SceneOptions, type SplatScene, writeSplatPly } from "../src/index.ts";
import { joined, numbers, text } from "./files.ts";
import { refusal } from "./refusal.ts";
import {
  compressedPly,
  flatSplats,
  ksplatFile,
  plyHeader,
  plyNames,
  plyRow,
  type Splat,
  sogFile,
  sogParts,
  splatPly,
  spzFile,
} from "./splatFiles.ts";

function randomSplats(count: number, seed: number): Splat[] {
  const rng = random(seed);
  const three = (of: () => number): number[] => [of(), of(), of()];
  return Array.from({ length: count }, () => {
    const q = [...three(() => rng.normal()), rng.normal()];
    const length = Math.hypot(...q);
    return {
      mean: three(() => 4 * rng.uniform() - 2),
      scale: three(() => Math.exp(-3 + 2 * rng.uniform())),
      rotation: q.map((value) => value / length),
      opacity: 0.1 + 0.8 * rng.uniform(),
      colour: three(() => 0.1 + 0.8 * rng.uniform()),
    };
  });
}

/** sum_k s_k^2 u_k u_k^T with u_k the k-th axis turned by quaternion products: q e q*. */
function covarianceOf({ scale, rotation: [w, x, y, z] }: Splat): number[] {
  const out = new Array(9).fill(0);
  for (let k = 0; k < 3; k++) {
    const e = [0, 1, 2].map((i) => (i === k ? 1 : 0));
    const p = [
      -x * e[0] - y * e[1] - z * e[2],
      w * e[0] + y * e[2] - z * e[1],
      w * e[1] + z * e[0] - x * e[2],
      w * e[2] + x * e[1] - y * e[0],
    ];
    const u = [
      -p[0] * x + p[1] * w - p[2] * z + p[3] * y,
      -p[0] * y + p[2] * w - p[3] * x + p[1] * z,
      -p[0] * z + p[3] * w - p[1] * y + p[2] * x,
    ];
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) out[3 * i + j] += scale[k] ** 2 * u[i] * u[j];
  }
  return out;
}

interface Tolerance {
  readonly mean: number;
  /** Relative to the largest variance. */
  readonly covariance: number;
  readonly opacity: number;
  readonly colour: number;
}

function expectScene(scene: SplatScene, splats: readonly Splat[], allowed: Tolerance): void {
  expect(scene.count).toBe(splats.length);
  expect([scene.means.rows, scene.means.cols, scene.colours.rows, scene.colours.cols]).toEqual([
    splats.length,
    3,
    splats.length,
    3,
  ]);
  expect(scene.repairs).toEqual({ rotations: 0, colours: 0, dropped: 0 });
  const worst = { mean: 0, covariance: 0, opacity: 0, colour: 0 };
  splats.forEach((s, i) => {
    const covariance = covarianceOf(s);
    const size = Math.max(...s.scale) ** 2;
    for (let k = 0; k < 3; k++) {
      worst.mean = Math.max(worst.mean, Math.abs(scene.means.data[3 * i + k] - s.mean[k]));
      worst.colour = Math.max(worst.colour, Math.abs(scene.colours.data[3 * i + k] - s.colour[k]));
    }
    for (let k = 0; k < 9; k++)
      worst.covariance = Math.max(worst.covariance, Math.abs(scene.covariances[9 * i + k] - covariance[k]) / size);
    worst.opacity = Math.max(worst.opacity, Math.abs(scene.opacities[i] - s.opacity));
  });
  for (const key of ["mean", "covariance", "opacity", "colour"] as const)
    expect(worst[key], key).toBeLessThanOrEqual(allowed[key]);
}

const splats = randomSplats(5, 1);
const many = randomSplats(600, 2);
const single: Tolerance = { mean: 2e-7, covariance: 2e-6, opacity: 1e-7, colour: 1e-6 };
const half = 0.5 / 255 + 1e-6;

const read = (name: string, data: Uint8Array, options?: SceneOptions): Promise<SplatScene> =>
  readScene({ name, data }, options);

describe("readScene", () => {
  test.each(["ascii", "binary_little_endian", "binary_big_endian"])(
    "%s .ply: rotations of any length, other properties passed over",
    async (format) => {
      const scene = await read("s.ply", splatPly(splats, format));
      expect(scene.format).toBe("ply");
      expectScene(scene, splats, single);
    },
  );

  test(".ply larger than a block of records", async () => {
    const tiled = Array.from({ length: 65536 }, (_, i) => many[i % many.length]);
    const rows = many.map((s) => numbers(plyRow(s), "f4", true));
    const size = rows[0].length;
    const head = text(plyHeader("binary_little_endian", tiled.length, plyNames));
    const file = new Uint8Array(head.length + size * tiled.length);
    file.set(head);
    tiled.forEach((_, i) => file.set(rows[i % many.length], head.length + size * i));
    expect(file.length).toBeGreaterThan(2 ** 22);
    expectScene(await read("s.ply", file), tiled, single);
  });

  test(".ply in double precision, behind an element with lists", async () => {
    const names = plyNames.map((name) => `property double ${name}\n`).join("");
    const head = `ply\nformat binary_little_endian 1.0\nelement face 1\nproperty list uchar uchar i\nelement vertex ${splats.length}\n${names}end_header\n`;
    const file = joined(head, [2, 7, 7], numbers(splats.flatMap(plyRow), "f8", true));
    expectScene(await read("s.ply", file), splats, { mean: 0, covariance: 1e-14, opacity: 1e-15, colour: 1e-15 });
  });

  test(".ply without scale_2: flat splats, as of 2-D Gaussian splatting", async () => {
    const flat = splats.map((s) => ({ ...s, scale: [s.scale[0], s.scale[1], 0] }));
    for (const format of ["ascii", "binary_little_endian"]) {
      const names = plyNames.filter((name) => name !== "scale_2");
      const rows = splats.map((s) => plyRow(s).filter((_, k) => plyNames[k] !== "scale_2"));
      const body =
        format === "ascii" ? rows.map((row) => `${row.join(" ")}\n`).join("") : numbers(rows.flat(), "f4", true);
      expectScene(await read("s.ply", joined(plyHeader(format, splats.length, names), body)), flat, single);
    }
  });

  test.each([true, false])(".compressed.ply of three chunks, colours with bounds: %s", async (coloured) => {
    const scene = await read("s.compressed.ply", compressedPly(many, coloured));
    expect(scene.format).toBe("compressed-ply");
    // Half a step of 4 / 1023 in position, of 2 / 1023 in log scale, of sqrt(2) / 1023 in each component of the rotation.
    expectScene(scene, many, { mean: 2 / 1023 + 1e-6, covariance: 0.012, opacity: half, colour: half });
  });

  test(".splat", async () => {
    const scene = await read("s.splat", flatSplats(many));
    expect(scene.format).toBe("splat");
    expectScene(scene, many, { mean: 2e-7, covariance: 0.03, opacity: half, colour: half });
  });

  test.each([
    [2, 0],
    [2, 3],
    [3, 0],
    [3, 2],
    [4, 0],
    [4, 1],
  ] as const)(".spz version %i, harmonics of degree %i", async (version, degree) => {
    const scene = await read("s.spz", spzFile(many, version, degree));
    expect(scene.format).toBe("spz");
    // Colours have steps of 1 / (255 * 0.15) in f_dc; scales of 1 / 16 in their logarithm.
    const colour = (0.5 / 255 / 0.15) * 0.2821 + 1e-6;
    expectScene(scene, many, { mean: 2 ** -13 + 1e-9, covariance: version === 2 ? 0.2 : 0.075, opacity: half, colour });
  });

  test.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 2],
    [2, 1],
  ] as const)(".ksplat of level %i, harmonics of degree %i", async (level, degree) => {
    const scene = await read("s.ksplat", ksplatFile(many.slice(0, 40), level, degree));
    expect(scene.format).toBe("ksplat");
    const [mean, covariance] = level === 0 ? [2e-7, 2e-6] : [4 / 32767 + 1e-6, 4e-3];
    expectScene(scene, many.slice(0, 40), { mean, covariance, opacity: half, colour: half });
  });

  test.each([1, 2] as const)(".sog of version %i, zipped, unpacked as bytes and by path", async (version) => {
    const parts = await sogParts(splats, version);
    const { "meta.json": meta, ...images } = parts;
    const files = Object.entries(images).map(([name, data]) => ({ name, data }));
    const folder = mkdtempSync(join(tmpdir(), "monge-io-sog-"));
    try {
      for (const [name, data] of Object.entries(parts)) writeFileSync(join(folder, name), data);
      const scenes = [
        await read("s.sog", await sogFile(splats, version)),
        await read("meta.json", meta, { files }),
        await readScene(join(folder, "meta.json")),
      ];
      // Code books of this file have 256 steps over 10 in log scale and over 4 in f_dc.
      const tolerance = { mean: 1e-3, covariance: 0.06, opacity: version === 1 ? 4e-3 : half, colour: 3e-3 };
      for (const scene of scenes) expectScene(scene, splats, tolerance);
      expect(scenes[1].means.data).toEqual(scenes[0].means.data);
      expect(scenes[2].colours.data).toEqual(scenes[0].colours.data);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a covariance is symmetric to the last bit", async () => {
    const { covariances } = await read("s.splat", flatSplats(many));
    for (let i = 0; i < many.length; i++)
      for (const [p, q] of [
        [1, 3],
        [2, 6],
        [5, 7],
      ])
        expect(covariances[9 * i + p]).toBe(covariances[9 * i + q]);
  });
});

describe("readScene repairs, and counts what it repairs", () => {
  const table = (change: (row: number[]) => void): Uint8Array => {
    const rows = splats.map(plyRow);
    change(rows[1]);
    return joined(plyHeader("binary_little_endian", rows.length, plyNames), numbers(rows.flat(), "f4", true));
  };
  const at = (name: string): number => plyNames.indexOf(name);

  test("a zero quaternion is no rotation", async () => {
    const scene = await read(
      "s.ply",
      table((row) => row.fill(0, at("rot_0"), at("rot_0") + 4)),
    );
    expect(scene.repairs).toEqual({ rotations: 1, colours: 0, dropped: 0 });
    expect(scene.covariances[9 + 1]).toBe(0);
    expect(scene.covariances[9]).toBeCloseTo(splats[1].scale[0] ** 2, 8);
  });

  test("colours outside [0, 1] are clamped", async () => {
    const scene = await read(
      "s.ply",
      table((row) => void (row[at("f_dc_1")] = 5)),
    );
    expect(scene.repairs).toEqual({ rotations: 0, colours: 1, dropped: 0 });
    expect(scene.colours.data[4]).toBe(1);
  });

  test("infinite logits are opacities 0 and 1, a scale of e^-Infinity is 0", async () => {
    const scene = await read(
      "s.ply",
      table((row) => void (row[at("opacity")] = -Infinity)),
    );
    expect(scene.opacities[1]).toBe(0);
    const flat = await read(
      "s.ply",
      table((row) => row.fill(-Infinity, at("scale_0"), at("scale_0") + 3)),
    );
    expect([...flat.covariances.subarray(9, 18)]).toEqual(new Array(9).fill(0));
    expect(flat.repairs).toEqual({ rotations: 0, colours: 0, dropped: 0 });
  });

  test.each([
    ["x", Number.NaN, /s.ply, splat 1: x is NaN/],
    ["scale_1", 1000, /splat 1: scale 1 is Infinity/],
    ["rot_2", Infinity, /splat 1: rotation y is Infinity/],
    ["opacity", Number.NaN, /splat 1: opacity is NaN/],
    ["f_dc_2", Number.NaN, /splat 1: blue is NaN/],
  ] as const)("%s = %d is refused, or the splat is dropped on request", async (name, value, message) => {
    const file = table((row) => void (row[at(name)] = value));
    expect((await refusal(() => read("s.ply", file), "InvalidValue")).message).toMatch(message);
    const scene = await read("s.ply", file, { invalid: "drop" });
    expect(scene.repairs.dropped).toBe(1);
    expect([scene.count, scene.means.data.length, scene.covariances.length, scene.opacities.length]).toEqual([
      4, 12, 36, 4,
    ]);
    expect(scene.means.data[3]).toBeCloseTo(splats[2].mean[0], 6);
  });

  test("a negative scale of .splat is refused", async () => {
    const file = flatSplats(splats);
    file[32 + 15] |= 128;
    expect((await refusal(() => read("s.splat", file), "InvalidValue")).message).toMatch(/splat 1: scale 0 is -/);
  });
});

describe("readScene refuses", () => {
  const cases: [string, () => Uint8Array | Promise<Uint8Array>][] = [
    ["s.ply", () => splatPly(splats)],
    ["s.compressed.ply", () => compressedPly(splats)],
    ["s.splat", () => flatSplats(splats)],
    ["s2.spz", () => spzFile(splats, 2)],
    ["s3.spz", () => spzFile(splats, 3)],
    ["s4.spz", () => spzFile(splats, 4)],
    ["s4 with harmonics.spz", () => spzFile(splats, 4, 1)],
    ["s0.ksplat", () => ksplatFile(splats, 0)],
    ["s1.ksplat", () => ksplatFile(splats, 1)],
    ["s.sog", () => sogFile(splats, 2)],
  ];

  test.each(cases)("%s cut at any byte: CorruptFile that names the byte", async (name, make) => {
    const file = await make();
    const step = Math.max(1, Math.floor(file.length / 60));
    for (let end = file.length - 1; end > 3; end -= step) {
      if (name === "s.splat" && end % 32 === 0) continue;
      const error = await refusal(() => read(name, file.slice(0, end)), "CorruptFile");
      expect(error.message).toMatch(/byte|truncated|ZIP|end_header/);
      if (end > 300 && !name.endsWith("sog")) expect(error.message).toContain(String(end));
    }
  });

  test("harmonics behind compressed splats that are cut", async () => {
    const plain = new TextDecoder("latin1").decode(compressedPly(splats));
    const end = plain.indexOf("end_header");
    const file = joined(
      `${plain.slice(0, end)}element sh 5\nproperty uchar f_rest_0\n${plain.slice(end)}`,
      new Uint8Array(5),
    );
    expect((await read("s.ply", file)).count).toBe(5);
    const error = await refusal(() => read("s.ply", file.slice(0, -2)), "CorruptFile");
    expect(error.message).toContain(`ends at byte ${file.length - 2}`);
  });

  test.each(cases)("%s beyond maxBytes: OutOfMemory", async (name, make) => {
    const file = await make();
    await refusal(() => read(name, file, { maxBytes: 500 }), "OutOfMemory");
  });

  test("10^9 splats that a small file promises, before taking memory", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const promises = [
      ["s.ply", joined(plyHeader("binary_little_endian", 1e9, plyNames), new Uint8Array(1000)), "CorruptFile"],
      ["s.spz", spzFileWith(1e9), "OutOfMemory"],
      ["s.ksplat", patched(ksplatFile(splats, 0), 4096, [0, 0, 0, 64]), "CorruptFile"],
      ["meta.json", text(JSON.stringify({ version: 2, count: 1e9, ...unpacked })), "OutOfMemory"],
    ] as const;
    for (const [name, file, code] of promises) await refusal(() => read(name, file), code);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
  });

  const unpacked = {
    means: { mins: [0, 0, 0], maxs: [1, 1, 1], files: ["a", "b"] },
    quats: { files: ["c"] },
    scales: { codebook: new Array(256).fill(0), files: ["d"] },
    sh0: { codebook: new Array(256).fill(0), files: ["e"] },
  };

  function patched(file: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
    const out = file.slice();
    out.set(bytes, at);
    return out;
  }

  function spzFileWith(count: number): Uint8Array {
    return patched(spzFile(splats, 4), 8, [...numbers([count], "u4", true)]);
  }

  test.each([
    ["an empty file", "s.splat", new Uint8Array(0), "CorruptFile", /empty/],
    ["no splats", "s.ply", splatPly([]), "InvalidShape", /holds no splat/],
    [
      "a cloud of points",
      "s.ply",
      joined(plyHeader("ascii", 1, ["x", "y", "z"]), "1 2 3\n"),
      "Unsupported",
      /no scale_0/,
    ],
    ["other bytes", "s.bin", text("hello"), "Unsupported", /known formats/],
    [".spz of version 9", "s.spz", patched(spzFile(splats, 4), 4, [9]), "Unsupported", /version 9/],
    [".spz of degree 7", "s.spz", patched(spzFile(splats, 4), 12, [7]), "CorruptFile", /degree 7/],
    [
      "a broken Zstandard frame",
      "s.spz",
      patched(spzFile(splats, 4), 112, [0]),
      "CorruptFile",
      /Zstandard frame at byte 112/,
    ],
    [".ksplat of version 1", "s.ksplat", patched(ksplatFile(splats, 0), 0, [1]), "Unsupported", /version 1/],
    [".ksplat of level 3", "s.ksplat", patched(ksplatFile(splats, 0), 20, [3]), "CorruptFile", /level 3/],
    ["splats without a bucket", "s.ksplat", patched(ksplatFile(splats, 1), 5120, [1]), "CorruptFile", /no bucket/],
    ["fewer chunks than splats", "s.ply", compressedPly(splats, true, 0), "CorruptFile", /0 chunks/],
  ] as const)("%s", async (_, name, file, code, message) => {
    expect((await refusal(() => read(name, file), code)).message).toMatch(message);
  });

  test.each([
    [
      "a path that leads elsewhere",
      { means: { ...unpacked.means, files: ["../a", "b"] } },
      "CorruptFile",
      /names no 2 files/,
    ],
    ["a short code book", { scales: { codebook: [1], files: ["d"] } }, "CorruptFile", /scales.codebook/],
    ["version 3", { version: 3 }, "Unsupported", /version 3/],
    ["a count that is none", { count: 1.5 }, "CorruptFile", /no count/],
    ["images that nobody passed", {}, "InvalidValue", /a is named in meta.json/],
  ] as const)("meta.json with %s", async (_, change, code, message) => {
    const file = text(JSON.stringify({ version: 2, count: 1, ...unpacked, ...change }));
    expect((await refusal(() => read("meta.json", file), code)).message).toMatch(message);
  });

  test("options that mean nothing", async () => {
    const file = flatSplats(splats);
    await refusal(() => read("s", file, { format: "obj" as never }), "InvalidValue");
    await refusal(() => read("s.splat", file, { invalid: "ignore" as never }), "InvalidValue");
    expect((await read("s", file, { format: "splat" })).count).toBe(5);
  });
});

describe("writeSplatPly", () => {
  test("encodeSplatPly, then readScene: the same scene to single precision", async () => {
    const scene = await read("s.ply", splatPly(many));
    const again = await read("t.ply", encodeSplatPly(scene));
    expectScene(again, many, { mean: 2e-7, covariance: 4e-6, opacity: 2e-7, colour: 2e-6 });
  });

  test("labels are written and read, ascii too, and must be whole", async () => {
    const labels = Int32Array.of(7, -1, 0, 2 ** 31 - 1, 3);
    const scene = await read("s.ply", splatPly(splats));
    expect(scene.labels).toBeUndefined();
    expect((await read("t.ply", encodeSplatPly({ ...scene, labels }))).labels).toEqual(labels);
    const ascii = (last: string): Uint8Array =>
      text(
        plyHeader("ascii", 2, [...plyNames, "label"]) +
          [4, last].map((l, i) => `${plyRow(splats[i]).join(" ")} ${l}\n`).join(""),
      );
    expect((await read("a.ply", ascii("9"))).labels).toEqual(Int32Array.of(4, 9));
    expect((await refusal(() => read("a.ply", ascii("0.5")), "InvalidValue")).message).toMatch(/splat 1: label is 0.5/);
    expect((await read("a.ply", ascii("0.5"), { invalid: "drop" })).labels).toEqual(Int32Array.of(4));
  });

  test("a bare mixture is opaque and grey; singular covariances stay singular to 1e-20", async () => {
    const covariances = Float64Array.of(4, 0, 0, 0, 0, 0, 0, 0, 1, ...new Array(9).fill(0));
    const means = { data: Float64Array.of(1, 2, 3, 4, 5, 6), rows: 2, cols: 3 };
    const scene = await read("s.ply", encodeSplatPly({ means, covariances }));
    expect(scene.means.data).toEqual(means.data);
    scene.covariances.forEach((value, k) => expect(value).toBeCloseTo(covariances[k], 6));
    expect([...scene.opacities].every((value) => value > 1 - 1e-7)).toBe(true);
    expect([...scene.colours.data]).toEqual(new Array(6).fill(0.5));
  });

  test("writeSplatPly writes the bytes of encodeSplatPly", async () => {
    const folder = mkdtempSync(join(tmpdir(), "monge-io-ply-"));
    try {
      const scene = await read("s.ply", splatPly(many));
      await writeSplatPly(join(folder, "s.ply"), scene);
      const again = await readScene(join(folder, "s.ply"));
      expect(again.covariances).toEqual((await read("t.ply", encodeSplatPly(scene))).covariances);
      await refusal(() => writeSplatPly(join(folder, "s.ply"), scene), "InvalidValue");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const means = { data: Float64Array.of(1, 2, 3), rows: 1, cols: 3 };
  const unit = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  test.each([
    [
      "no splat",
      { means: { data: new Float64Array(0), rows: 0, cols: 3 }, covariances: new Float64Array(0) },
      "InvalidShape",
      /0 x 3/,
    ],
    ["too few covariances", { means, covariances: unit.slice(0, 8) }, "InvalidShape", /8 numbers/],
    [
      "NaN",
      { means, covariances: Float64Array.from(unit).fill(Number.NaN, 0, 1) },
      "InvalidValue",
      /covariances\[0\] is NaN/,
    ],
    [
      "an asymmetric covariance",
      { means, covariances: Float64Array.from(unit).fill(0.5, 1, 2) },
      "InvalidValue",
      /not symmetric/,
    ],
    [
      "an indefinite covariance",
      { means, covariances: Float64Array.from(unit).fill(-2, 0, 1) },
      "InvalidValue",
      /eigenvalue -2/,
    ],
    [
      "an opacity of 2",
      { means, covariances: unit, opacities: Float64Array.of(2) },
      "InvalidValue",
      /opacities\[0\] is 2/,
    ],
  ] as const)("encodeSplatPly refuses %s", async (_, scene, code, message) => {
    expect((await refusal(() => encodeSplatPly(scene), code)).message).toMatch(message);
  });
});
