// The kernels of the exact solvers.
import { bytes } from "./generated/exact.ts";
import type { Kernels } from "./module.ts";

export const exact: Kernels = { family: "exact", bytes };
