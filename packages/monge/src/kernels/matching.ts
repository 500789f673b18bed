// The kernels of matching ellipsoids to ellipses.
import { bytes } from "./generated/matching.ts";
import type { Kernels } from "./module.ts";

export const matching: Kernels = { family: "matching", bytes };
