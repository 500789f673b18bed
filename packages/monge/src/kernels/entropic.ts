// The kernels of the entropic solvers.
import { bytes } from "./generated/entropic.ts";
import type { Kernels } from "./module.ts";

export const entropic: Kernels = { family: "entropic", bytes };
