// The kernels of transport on grids.
import { bytes } from "./generated/graph.ts";
import type { Kernels } from "./module.ts";

export const graph: Kernels = { family: "graph", bytes };
