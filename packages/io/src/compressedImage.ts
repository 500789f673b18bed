// JPEG and WebP as RGBA pixels: a browser decodes them on a canvas, anything else in WebAssembly (mozjpeg, libwebp by jSquash).
// Each image gets a WebAssembly instance of its own: a broken file spoils nothing, and its memory goes with it.
import type * as Fs from "node:fs/promises";
import type * as Module from "node:module";
import { isOtError } from "monge";
import type { Pixels } from "./density.ts";
import { corrupt } from "./limits.ts";
import { nodeModule } from "./nodeFile.ts";

type Codec = "jpeg" | "webp";
type Raster = Pick<ImageData, "data" | "width" | "height">;
interface Decoder {
  decode(file: Uint8Array, keepOrientation?: boolean): Raster | null;
}
type Factory = (options: Record<string, unknown>) => Promise<Decoder>;

/**
 * Throws `CorruptFile` where the decoder gives up. A canvas multiplies colours by transparency and divides again: `exact` keeps
 * from it images whose bytes are data.
 */
export async function decodeCompressed(file: Uint8Array, codec: Codec, name: string, exact = false): Promise<Pixels> {
  let raster: Raster | null;
  try {
    const canvas = !exact && typeof createImageBitmap === "function" && typeof OffscreenCanvas === "function";
    raster = await (canvas ? onCanvas(file, codec) : inWebAssembly(file, codec));
  } catch (error) {
    if (isOtError(error)) throw error;
    throw corrupt(name, `is a broken ${codec === "jpeg" ? "JPEG" : "WebP"} image`, file.length, undefined, error);
  }
  if (raster === null || raster.data.length !== raster.width * raster.height * 4 || raster.data.length === 0) {
    throw corrupt(name, `is a broken ${codec === "jpeg" ? "JPEG" : "WebP"} image`, file.length);
  }
  return { data: raster.data, width: raster.width, height: raster.height, channels: 4, max: 255 };
}

async function onCanvas(file: Uint8Array, codec: Codec): Promise<Raster> {
  const blob = new Blob([file.slice()], { type: `image/${codec}` });
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

async function inWebAssembly(file: Uint8Array, codec: Codec): Promise<Raster | null> {
  const factory = (await (codec === "jpeg"
    ? import("@jsquash/jpeg/codec/dec/mozjpeg_dec.js")
    : import("@jsquash/webp/codec/dec/webp_dec.js"))) as unknown as { default: Factory };
  const quiet = { noInitialRun: true, print: () => {}, printErr: () => {} };
  const options = hasDisk ? { ...quiet, instantiateWasm: instantiate(await compiled(codec)) } : quiet;
  const decoder = await withImageData(() => factory.default(options));
  // A copy: the glue code takes the whole buffer that a view belongs to.
  return withImageData(() => (codec === "jpeg" ? decoder.decode(file.slice(), true) : decoder.decode(file.slice())));
}

/** Without a disk the glue code fetches the asset that the bundler put beside it. */
const hasDisk: boolean = typeof process !== "undefined" && typeof process.getBuiltinModule === "function";

type Instantiate = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object;

function instantiate(module: WebAssembly.Module): Instantiate {
  return (imports, done) => {
    const instance = new WebAssembly.Instance(module, imports);
    done(instance);
    return instance.exports;
  };
}

const modules = new Map<Codec, Promise<WebAssembly.Module>>();

/** The compiled decoder, kept: compiling takes longer than a small picture. */
function compiled(codec: Codec): Promise<WebAssembly.Module> {
  const known = modules.get(codec);
  if (known !== undefined) return known;
  const file = codec === "jpeg" ? "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm" : "@jsquash/webp/codec/dec/webp_dec.wasm";
  const compiling = (async () => {
    const { createRequire } = nodeModule<typeof Module>("node:module", file);
    const { readFile } = nodeModule<typeof Fs>("node:fs/promises", file);
    return WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve(file)));
  })();
  modules.set(codec, compiling);
  compiling.catch(() => modules.delete(codec));
  return compiling;
}

/** The decoders build their answer with the browser's ImageData; where there is none, one exists for the time of the call. */
function withImageData<T>(call: () => T): T {
  const scope = globalThis as { ImageData?: unknown };
  const before = scope.ImageData;
  scope.ImageData ??= class {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  };
  try {
    return call();
  } finally {
    if (before === undefined) delete scope.ImageData;
  }
}
