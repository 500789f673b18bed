// The readers in a Vite production build in Chromium: the same numbers as in Node, by canvas and by WebAssembly.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, withPage } from "../../monge/test/platform/chromium.ts";
import { readCameras, readEllipses, readMatchProblem, readMatrix, readScene } from "../src/index.ts";
import { greyPixels, jpegFile, npyFile, numbers, pngFile, text, webpFile } from "./files.ts";
import { compressedPly, flatSplats, ksplatFile, type Splat, sogFile, splatPly, spzFile } from "./splatFiles.ts";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ramp = greyPixels(16, 24, (i, j) => 40 + 4 * i + 5 * j);
const npy = npyFile(">f8", "2, 2", numbers([1, 2, 3, 4], "f8", false));

const splats: Splat[] = [0.2, 0.5, 0.9].map((value, i) => ({
  mean: [i, value, -value],
  scale: [0.1, 0.2, value],
  rotation: [0.5, -0.5, 0.5, 0.5],
  opacity: value / 2,
  colour: [value, 0.4, 1 - value],
}));

const ellipses = text("cx,cy,a,b,theta\n1,2,6,2,0\n4,5,3,1,0.25\n");
const problem = text(
  JSON.stringify({
    schema: 1,
    model: "affine",
    ellipsoids: [{ mean: [1, 2, 3], covariance: [4, 1, 0, 5, 0, 6], weight: 0.25 }],
    ellipses: [{ mean: [1, 2], covariance: [4, 1, 5], weight: 0.5 }],
    intrinsics: null,
  }),
);
const cameras = text("1 PINHOLE 640 480 500 510 320 240.5\n");
const images = text("1 0.5 0.5 0.5 0.5 1 2 3 1 first.png\n\n");

let folder: string;
let files: Record<string, Uint8Array>;
let scenes: Record<string, Uint8Array>;
const views = { "e.csv": ellipses, "m.json": problem, "cameras.txt": cameras, "images.txt": images };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "monge-io-browser-"));
  files = {
    "p.csv": text("x,y\n1,2\n3,4\n"),
    "p.npz": zipSync({ "points.npy": npy }),
    "p.ply": text("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n5\n"),
    "i.png": pngFile({ width: 2, height: 2, depth: 8, colour: 0, rows: [0, 0, 51, 0, 102, 255] }),
    "i.jpg": await jpegFile(ramp),
    "i.webp": await webpFile(ramp, true),
  };
  scenes = {
    "s.ply": splatPly(splats),
    "s.compressed.ply": compressedPly(splats),
    "s.splat": flatSplats(splats),
    "s3.spz": spzFile(splats, 3),
    "s4.spz": spzFile(splats, 4),
    "s.ksplat": ksplatFile(splats, 1),
    "s.sog": await sogFile(splats, 2),
  };
  const base64 = (data: Record<string, Uint8Array>): string =>
    JSON.stringify(Object.entries(data).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]));
  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="./main.js"></script>');
  writeFileSync(
    join(folder, "main.js"),
    `import { readCameras, readEllipses, readMatchProblem, readMatrix, readScene } from "@monge/io";
    const views = Object.fromEntries(${base64(views)});
    const decoded = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    window.readEverything = async () => {
      const found = {};
      for (const [name, base64] of ${base64(files)}) {
        const data = decoded(base64);
        const { rows, cols, data: values } = await readMatrix(new File([data], name));
        found[name] = { rows, cols, values: [...values] };
      }
      found.scenes = {};
      for (const [name, base64] of ${base64(scenes)}) {
        const { means, covariances, opacities, colours } = await readScene(new File([decoded(base64)], name));
        found.scenes[name] = [means.data, covariances, opacities, colours.data].flatMap((numbers) => [...numbers]);
      }
      const given = (name) => new File([decoded(views[name])], name);
      const numbers = (_, value) => (ArrayBuffer.isView(value) ? [...value] : value);
      const read = [await readEllipses(given("e.csv")), await readMatchProblem(given("m.json")), await readCameras(given("cameras.txt"), given("images.txt"))];
      found.views = JSON.stringify(read, numbers);
      found.refused = await readMatrix("path.csv").catch((error) => error.code);
      return found;
    };`,
  );
  mkdirSync(join(folder, "dist"));
  await build({
    configFile: false,
    logLevel: "error",
    root: folder,
    resolve: {
      alias: [
        { find: /^monge$/, replacement: source("../../monge/src/index.ts") },
        { find: /^@monge\/io$/, replacement: source("../src/index.ts") },
      ],
    },
    build: { outDir: join(folder, "dist"), target: "es2022" },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Found {
  readonly rows: number;
  readonly cols: number;
  readonly values: number[];
}

/** What the readers of views say here, as the page writes it. */
async function viewsHere(): Promise<string> {
  const given = (name: keyof typeof views) => ({ name, data: views[name] });
  const read = [
    await readEllipses(given("e.csv")),
    await readMatchProblem(given("m.json")),
    await readCameras(given("cameras.txt"), given("images.txt")),
  ];
  return JSON.stringify(read, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value));
}

describe.skipIf(findChromium() === null)("the readers in Chromium", () => {
  test.each([
    ["a canvas", ""],
    ["WebAssembly", "delete globalThis.OffscreenCanvas;"],
  ])("with %s decoding JPEG and WebP", async (_, before) => {
    const found = await withPage(join(folder, "dist"), {}, async (page) => {
      await page.waitForFunction("typeof window.readEverything === 'function'");
      return (await page.evaluate(`${before} window.readEverything()`)) as Record<string, Found> & {
        refused: string;
        scenes: Record<string, number[]>;
        views: string;
      };
    });
    expect(found.refused).toBe("Unsupported");
    expect(found.views).toBe(await viewsHere());
    for (const [name, data] of Object.entries(scenes)) {
      const { means, covariances, opacities, colours } = await readScene({ name, data });
      const expected = [means.data, covariances, opacities, colours.data].flatMap((numbers) => [...numbers]);
      expect(found.scenes[name].length, name).toBe(expected.length);
      // Exponentials may round differently in another engine.
      expected.forEach((value, k) => expect(found.scenes[name][k], name).toBeCloseTo(value, 13));
    }
    for (const [name, data] of Object.entries(files)) {
      const expected = await readMatrix({ name, data });
      expect([found[name].rows, found[name].cols]).toEqual([expected.rows, expected.cols]);
      // Decoders of JPEG may round differently by a step or two of 255.
      const allowed = name === "i.jpg" && before === "" ? 3 / 255 : 0;
      const worst = found[name].values.reduce(
        (most, value, k) => Math.max(most, Math.abs(value - expected.data[k])),
        0,
      );
      expect(worst).toBeLessThanOrEqual(allowed);
    }
  });
});
