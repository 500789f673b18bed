// The WebGPU kernels of matching beside the wasm ones, in Chromium on a software adapter: the same votes, scores and poses.
//
// Where not even that adapter can be had the tests say so and are skipped; with MONGE_WEBGPU=required they fail.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isOtError } from "../../src/errors/otError.ts";
import { matchGaussians, simulateView } from "../../src/matching/index.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";
import { findChromium, withPage } from "./chromium.ts";
import type { WebgpuSeen } from "./webgpuPage.ts";

const page = fileURLToPath(new URL("webgpuPage.ts", import.meta.url));
const source = fileURLToPath(new URL("../../src/matching/index.ts", import.meta.url));
const software = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];
const required = process.env["MONGE_WEBGPU"] === "required";
const chromium = findChromium();
if (chromium === null && required) throw new Error("MONGE_WEBGPU is required, and there is no Chromium");

/** Builds a page with the script and returns the folder to serve. */
async function built(folder: string, script: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.html"), `<!doctype html><script type="module" src="./main.js"></script>`);
  writeFileSync(join(folder, "main.js"), script);
  await build({ root: folder, logLevel: "silent", configFile: false, build: { outDir: "dist", minify: true } });
  return join(folder, "dist");
}

async function seenWith(dist: string, flags: readonly string[]): Promise<WebgpuSeen> {
  const look = async (tab: Parameters<Parameters<typeof withPage>[2]>[0]): Promise<WebgpuSeen> => {
    await tab.waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: 90_000 });
    return JSON.parse(await tab.title()) as WebgpuSeen;
  };
  return withPage(dist, {}, look, flags);
}

const folder = mkdtempSync(join(tmpdir(), "monge-webgpu-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(chromium === null)('matchGaussians.async(.., { backend: "webgpu" }) in Chromium', () => {
  let seen: WebgpuSeen;
  let dist: string;
  beforeAll(async () => {
    const script = `import { look } from ${JSON.stringify(page)};
      look().then((seen) => { document.title = JSON.stringify(seen); });`;
    dist = await built(join(folder, "page"), script);
    seen = await seenWith(dist, software);
    if (seen.missing === null) return;
    if (required) throw new Error("MONGE_WEBGPU is required, and Chromium has no adapter");
    process.stderr.write("\n  WEBGPU TESTS SKIPPED: Chromium has no adapter, not even in software.\n\n");
  }, 120_000);

  it.each(["affine", "scaled-orthographic", "scale of the positions", "perspective", "outlines", "from within"])(
    "%s: the votes of every direction are those of wasm to 1e-3, nearly all within a bin; scores to 1e-3",
    (name) => {
      if (seen.missing !== null) return;
      expect(seen.error).toBe("");
      const { directions, most, off, worst, inPlace } = seen.votes[name];
      expect(directions).toBe(60);
      expect(most).toBeGreaterThan(10);
      expect(off).toBe(0);
      expect(worst).toBeLessThan(1e-3);
      expect(inPlace).toBeGreaterThan(0.97 * directions);
      expect(seen.scores[name]).toBeLessThan(1e-3);
    },
  );

  it.each(["affine", "scaled-orthographic", "perspective"])("%s: the pose and links of wasm", (kind) => {
    if (seen.missing !== null) return;
    expect(seen.matches[kind]).toMatchObject({ status: "converged", backend: "webgpu + wasm-simd", apart: 0 });
    expect(seen.matches[kind].degrees).toBeLessThan(1e-3);
    expect(seen.matches[kind].links).toBeGreaterThan(80);
  });

  it("is Unsupported in the forms that do not wait, and not needed where the camera is known", () => {
    if (seen.missing !== null) return;
    expect(seen).toMatchObject({ sync: "Unsupported", steps: "Unsupported", known: "wasm-simd" });
  });

  it("rejects with the signal's reason while the device is busy, and stops with the best pose so far", () => {
    if (seen.missing !== null) return;
    expect(seen).toMatchObject({ aborted: "enough", stopped: "stopped" });
  });

  it("gives the pose and links of wasm on a pool, too", () => {
    if (seen.missing !== null) return;
    expect(seen.pooled).toMatchObject({ backend: "webgpu + wasm-simd", apart: 0 });
    expect(seen.pooled?.degrees).toBeLessThan(1e-3);
  });

  it("is KernelUnavailable, with a cure, on a page without an adapter", async () => {
    const { missing } = await seenWith(dist, ["--disable-features=WebGPU", "--disable-blink-features=WebGPU"]);
    expect(missing?.code).toBe("KernelUnavailable");
    expect(missing?.cure).toContain("wasm");
  });
});

describe('backend: "webgpu" where it is not asked for, or not there', () => {
  it("shaders are in a chunk of their own, which a page without the option never loads", async () => {
    const script = `import { matchGaussians } from ${JSON.stringify(source)}; globalThis.match = matchGaussians;`;
    const assets = join(await built(join(folder, "bundle"), script), "assets");
    const holds = (name: string): boolean => readFileSync(join(assets, name), "utf8").includes("@compute");
    const [main, aside] = [/^index-/, /^matching-/].map((start) =>
      readdirSync(assets).filter((name) => start.test(name)),
    );
    expect(main.filter(holds)).toEqual([]);
    expect(aside.filter(holds).length).toBe(1);
  });

  it("in Node is Unsupported in the sync form, KernelUnavailable in the other; other names are InvalidValue", async () => {
    const scene = ellipsoidScene(20, 1);
    const { ellipses } = simulateView(scene, seededCamera("affine", 2));
    const options = { camera: "affine", backend: "webgpu" } as const;
    const failed = (code: string) => (error: unknown) => isOtError(error, code as "Unsupported");
    expect(() => matchGaussians(scene, ellipses, options)).toThrow(/asynchronous form/);
    await expect(matchGaussians.async(scene, ellipses, options)).rejects.toSatisfy(failed("KernelUnavailable"));
    expect(() => matchGaussians(scene, ellipses, { ...options, backend: "cuda" as "wasm" })).toThrow(/backend is cuda/);
  });
});
