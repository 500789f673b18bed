// The entry point monge/kernels.
export { type KernelSource, loadKernels } from "./load.ts";
export type { Family } from "./module.ts";
