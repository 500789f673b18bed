// Compiled WebAssembly modules, one per family of solvers: decoded and compiled on first use, then shared.
// A family is a value, imported by those who lease its workspaces: a bundle holds the kernels that it calls, and no others.
import { OtError } from "../errors/otError.ts";

/** The families of kernels. */
export type Family =
  | "exact"
  | "line"
  | "graph"
  | "entropic"
  | "truncated"
  | "gaussian"
  | "gromov"
  | "raster"
  | "matching"
  | "potential";

/** The kernels of one family, as they were built. */
export interface Kernels {
  readonly family: Family;
  /** The module, in hexadecimal. */
  readonly bytes: string;
}

/** Builds of the kernels, compiled, by family. */
export type Builds = Readonly<Partial<Record<Family, WebAssembly.Module>>>;

const compiled = new Map<Family, WebAssembly.Module>();
let installed: Builds = {};

/** The builds that stand in for the built-in ones; a new object after each change. */
export function installedBuilds(): Builds {
  return installed;
}

/** What a family computes with: `"wasm-simd"`, or `"wasm-relaxed-simd"`, whose fused multiply-adds give other bits. */
export function backend({ family }: Kernels): string {
  const build = installed[family];
  // Its mark, see assembly/relaxedSimd.ts.
  const relaxed = build !== undefined && WebAssembly.Module.exports(build).some(({ name }) => name === "relaxedSimd");
  return relaxed ? "wasm-relaxed-simd" : "wasm-simd";
}

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
export async function install(kernels: Kernels, build?: WebAssembly.Module | BufferSource): Promise<void> {
  const { family } = kernels;
  if (build === undefined && compiled.has(family)) return;
  const given = build instanceof WebAssembly.Module ? build : await compileAside(kernels, build);
  compiled.set(family, given);
  if (build !== undefined) installed = { ...installed, [family]: given };
}

async function compileAside({ family, bytes }: Kernels, build?: BufferSource): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(build ?? decode(bytes));
  } catch (cause) {
    if (build === undefined || !(await allowed(bytes))) throw unavailable(cause);
    throw new OtError("KernelUnavailable", `This engine cannot compile the given build of the ${family} kernels.`, {
      argument: "source",
      seen: cause,
      cause,
      cure: "Keep the built-in kernels here: a relaxed-SIMD build needs Node 22 or a browser with WebAssembly relaxed SIMD.",
    });
  }
}

/** Whether the built-in kernels compile: then it is the other build that this engine refuses, and not WebAssembly. */
function allowed(bytes: string): Promise<boolean> {
  return WebAssembly.compile(decode(bytes)).then(
    () => true,
    () => false,
  );
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
