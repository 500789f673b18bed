// The kernels of Gromov-Wasserstein transport: products of matrices.
import { bytes } from "./generated/gromov.ts";
import type { Kernels } from "./module.ts";

export const gromov: Kernels = { family: "gromov", bytes };
