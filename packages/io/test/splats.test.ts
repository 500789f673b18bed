// Every format of splats gives back the scene that was put in, within half a step of its own quantisation.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readScene } from "../src/index.ts";
import { joined, numbers, text } from "./files.ts";
import { refusal } from "./refusal.ts";
import {
  compressedPly,
  flatSplats,
  ksplatFile,
  plyHeader,
  plyNames,
  plyRow,
  sogFile,
  sogParts,
  splatPly,
  spzFile,
} from "./splatFiles.ts";
import { expectScene, half, many, read, single, splats } from "./splatScenes.ts";

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
