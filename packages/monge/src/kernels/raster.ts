// The kernels of exact transport between histograms on one grid under squared distances.
import { bytes } from "./generated/raster.ts";
import type { Kernels } from "./module.ts";

export const raster: Kernels = { family: "raster", bytes };
