import { describe, expect, test } from "vitest";
import { joined, numbers, text } from "./files.ts";
import { refusal } from "./refusal.ts";
import {
  compressedPly,
  flatSplats,
  ksplatFile,
  plyHeader,
  plyNames,
  sogFile,
  splatPly,
  spzFile,
} from "./splatFiles.ts";
import { read, splats } from "./splatScenes.ts";

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
