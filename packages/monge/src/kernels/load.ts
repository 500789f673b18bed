// Loading kernels ahead of the first solve: all families, so only who asks for it pays for all of them.
import { entropic } from "./entropic.ts";
import { exact } from "./exact.ts";
import { gaussian } from "./gaussian.ts";
import { graph } from "./graph.ts";
import { gromov } from "./gromov.ts";
import { line } from "./line.ts";
import { matching } from "./matching.ts";
import { type Family, install } from "./module.ts";
import { potential } from "./potential.ts";
import { truncated } from "./truncated.ts";

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
  for (const kernels of [exact, line, graph, entropic, truncated, gaussian, gromov, matching, potential])
    await install(kernels, given[kernels.family]);
}
