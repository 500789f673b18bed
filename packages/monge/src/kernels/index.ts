export { type Family, type KernelSource, loadKernels } from "./module.ts";
