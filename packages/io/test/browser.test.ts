// The readers in a Vite production build in Chromium: the same numbers as in Node, by canvas and by WebAssembly.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, withPage } from "../../monge/test/platform/chromium.ts";
import { readMatrix } from "../src/index.ts";
import { greyPixels, jpegFile, npyFile, numbers, pngFile, text, webpFile } from "./files.ts";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ramp = greyPixels(16, 24, (i, j) => 40 + 4 * i + 5 * j);
const npy = npyFile(">f8", "2, 2", numbers([1, 2, 3, 4], "f8", false));

let folder: string;
let files: Record<string, Uint8Array>;
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
  const encoded = Object.entries(files).map(([name, data]) => [name, Buffer.from(data).toString("base64")]);
  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="./main.js"></script>');
  writeFileSync(
    join(folder, "main.js"),
    `import { readMatrix } from "@monge/io";
    window.readEverything = async () => {
      const found = {};
      for (const [name, base64] of ${JSON.stringify(encoded)}) {
        const data = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const { rows, cols, data: values } = await readMatrix(new File([data], name));
        found[name] = { rows, cols, values: [...values] };
      }
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

describe.skipIf(findChromium() === null)("readMatrix in Chromium", () => {
  test.each([
    ["a canvas", ""],
    ["WebAssembly", "delete globalThis.OffscreenCanvas;"],
  ])("with %s decoding JPEG and WebP", async (_, before) => {
    const found = await withPage(join(folder, "dist"), {}, async (page) => {
      await page.waitForFunction("typeof window.readEverything === 'function'");
      return (await page.evaluate(`${before} window.readEverything()`)) as Record<string, Found> & { refused: string };
    });
    expect(found.refused).toBe("Unsupported");
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
