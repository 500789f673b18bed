// The compiled WebAssembly modules, one per family: decoded from base64 and compiled on first use, then shared.
import { OtError } from "../errors/otError.ts";
import { bytes as exact } from "./generated/exact.ts";

/** A family of solvers that shares one WebAssembly module. */
export type Family = "exact";

const sources: Record<Family, string> = { exact };
const compiled = new Map<Family, WebAssembly.Module>();

/** The module of a family; compiled synchronously on first use. Throws `KernelUnavailable` where WebAssembly is forbidden. */
export function compile(family: Family): WebAssembly.Module {
  let module = compiled.get(family);
  if (module === undefined) {
    try {
      module = new WebAssembly.Module(decode(sources[family]));
    } catch (cause) {
      throw unavailable(cause);
    }
    compiled.set(family, module);
  }
  return module;
}

/** What a build of the kernels exports: modules, or their bytes, by family. */
export type KernelSource = Partial<Record<Family, WebAssembly.Module | BufferSource>>;

/**
 * Compiles the kernels ahead of the first solve, off the main thread where the engine can, or installs another build of
 * them: `await loadKernels()`, `await loadKernels({ exact: module })`. Edge runtimes that forbid compilation pass the
 * modules that their bundler made.
 *
 * Throws `KernelUnavailable` where WebAssembly is missing or the content security policy lacks `wasm-unsafe-eval`.
 */
export async function loadKernels(source: KernelSource | Promise<KernelSource> = {}): Promise<void> {
  const given = await source;
  for (const family of Object.keys(sources) as Family[]) {
    const build = given[family];
    if (build === undefined && compiled.has(family)) continue;
    try {
      const module =
        build instanceof WebAssembly.Module ? build : await WebAssembly.compile(build ?? decode(sources[family]));
      compiled.set(family, module);
    } catch (cause) {
      throw unavailable(cause);
    }
  }
}

function unavailable(cause: unknown): OtError {
  return new OtError("KernelUnavailable", "The WebAssembly kernels cannot be compiled here.", {
    seen: cause,
    cause,
    cure: "Allow 'wasm-unsafe-eval' in the content security policy, or pass compiled modules to loadKernels().",
  });
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = binary.charCodeAt(k);
  return bytes;
}
