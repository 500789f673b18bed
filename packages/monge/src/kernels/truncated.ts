// The kernels of entropic transport between point clouds by the pairs that matter.
import { bytes } from "./generated/truncated.ts";
import type { Kernels } from "./module.ts";

export const truncated: Kernels = { family: "truncated", bytes };
