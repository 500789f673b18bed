// What is written as PLY is read again as it was.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeSplatPly, readScene, writeSplatPly } from "../src/index.ts";
import { text } from "./files.ts";
import { refusal } from "./refusal.ts";
import { plyHeader, plyNames, plyRow, splatPly } from "./splatFiles.ts";
import { expectScene, many, read, splats } from "./splatScenes.ts";

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
