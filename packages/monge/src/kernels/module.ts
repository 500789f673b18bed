// Compiled WebAssembly modules, one per family of solvers: decoded and compiled on first use, then shared.
// A family is a value, imported by those who lease its workspaces: a bundle holds the kernels that it calls, and no others.
import { OtError } from "../errors/otError.ts";

/** The families of kernels. */
export type Family = "exact" | "line" | "graph" | "entropic";

/** The kernels of one family, as they were built. */
export interface Kernels {
  readonly family: Family;
  /** The module, in hexadecimal. */
  readonly bytes: string;
}

const compiled = new Map<Family, WebAssembly.Module>();

/** The module of a family; compiled synchronously on first use. Throws `KernelUnavailable` where WebAssembly is forbidden. */
export function compile({ family, bytes }: Kernels): WebAssembly.Module {
  let module = compiled.get(family);
  if (module === undefined) {
    try {
      module = new WebAssembly.Module(decode(bytes));
    } catch (cause) {
      throw unavailable(cause);
    }
    compiled.set(family, module);
  }
  return module;
}

/** Compiles a family off the main thread where the engine can, or installs another build of it. */
export async function install({ family, bytes }: Kernels, build?: WebAssembly.Module | BufferSource): Promise<void> {
  if (build === undefined && compiled.has(family)) return;
  try {
    compiled.set(
      family,
      build instanceof WebAssembly.Module ? build : await WebAssembly.compile(build ?? decode(bytes)),
    );
  } catch (cause) {
    throw unavailable(cause);
  }
}

function unavailable(cause: unknown): OtError {
  return new OtError("KernelUnavailable", "The WebAssembly kernels cannot be compiled here.", {
    seen: cause,
    cause,
    cure: "Allow 'wasm-unsafe-eval' in the content security policy, or pass compiled modules to loadKernels().",
  });
}

/** The bytes of a module in hexadecimal. */
export function decode(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let k = 0; k < bytes.length; k++) bytes[k] = Number.parseInt(hex.slice(2 * k, 2 * k + 2), 16);
  return bytes;
}
