// The kernels of transport between Gaussians.
import { bytes } from "./generated/gaussian.ts";
import type { Kernels } from "./module.ts";

export const gaussian: Kernels = { family: "gaussian", bytes };
