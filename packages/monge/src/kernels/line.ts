// The kernels of transport on the line.
import { bytes } from "./generated/line.ts";
import type { Kernels } from "./module.ts";

export const line: Kernels = { family: "line", bytes };
