// The kernels of critics: products, convolutions, pooling, activations and Adam, in f32.
import { bytes } from "./generated/potential.ts";
import type { Kernels } from "./module.ts";

export const potential: Kernels = { family: "potential", bytes };
