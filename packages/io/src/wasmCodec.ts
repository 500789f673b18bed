// A decoder that the package carries as text (src/generated), compiled once; each image gets an instance of its own, whose memory has an end.
import { assertFits, corrupt } from "./limits.ts";

export interface WasmCodec {
  /** The module, in base64. */
  readonly wasm: string;
  /** The import through which its memory grows. */
  readonly growImport: string;
  readonly create: (options: object) => Promise<unknown>;
}

/** What the decoders of JPEG 2000 and JPEG-LS have in common. */
export interface FrameDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): { readonly width: number; readonly height: number; readonly bitsPerSample: number };
  decode(): void;
}

export interface MemoryLimits {
  /** What an honest image of these dimensions takes, at most. */
  readonly honest: number;
  /** `options.maxBytes`. */
  readonly maxBytes: number | undefined;
}

type Imports = Record<string, Record<string, (size: number) => number>>;

const modules = new WeakMap<WasmCodec, Promise<WebAssembly.Module>>();

/**
 * Decodes one image in an instance of its own. Throws `CorruptFile` where the decoder gives up or wants more memory than such an image
 * takes, `OutOfMemory` where it is more than the caller allows.
 */
export async function decodeWasm<D extends FrameDecoder, R>(
  codec: WasmCodec,
  decoderName: string,
  file: Uint8Array,
  name: string,
  { honest, maxBytes }: MemoryLimits,
  use: (decoder: D) => R,
): Promise<R> {
  const module = await compiled(codec);
  let asked = 0;
  const refuse = (): void => {
    assertFits(name, asked, maxBytes);
    if (asked > honest) throw corrupt(name, "asks for more memory than an image of its size takes", asked);
  };
  const broken = (cause?: unknown): never => {
    refuse();
    throw corrupt(name, "has broken compressed pixels", file.length, undefined, cause);
  };
  const instantiateWasm = (imports: Imports, done: (instance: WebAssembly.Instance) => void): object => {
    const grow = imports.a[codec.growImport];
    imports.a[codec.growImport] = (size) => {
      const wanted = size >>> 0;
      if (wanted <= honest && wanted <= (maxBytes ?? honest)) return grow(size);
      asked = Math.max(asked, wanted);
      return 0;
    };
    const instance = new WebAssembly.Instance(module, imports);
    done(instance);
    return instance.exports;
  };
  let result: R | undefined;
  try {
    const quiet = { noInitialRun: true, print: () => {}, printErr: () => {}, instantiateWasm };
    const decoders = (await codec.create(quiet)) as Record<string, new () => D>;
    const decoder = new decoders[decoderName]();
    decoder.getEncodedBuffer(file.length).set(file);
    decoder.decode();
    // A decoder that failed without a word knows no dimensions.
    if (asked === 0 && decoder.getFrameInfo().width > 0) result = use(decoder);
  } catch (cause) {
    return broken(cause);
  }
  return result ?? broken();
}

function compiled(codec: WasmCodec): Promise<WebAssembly.Module> {
  const known = modules.get(codec);
  if (known !== undefined) return known;
  const compiling = WebAssembly.compile(Uint8Array.from(atob(codec.wasm), (c) => c.charCodeAt(0)));
  modules.set(codec, compiling);
  return compiling;
}

/** What a decoder may take for an image of so many samples, at most: its memory at the start, the file, wide integers, tables. */
export function honestBytes(samples: number, fileBytes: number): number {
  return 192 * 2 ** 20 + 48 * samples + 4 * fileBytes;
}
