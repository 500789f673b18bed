// The exports of the module `raster`: exact transport between histograms on one grid under squared distances.
export { heapBase } from "../memory";
export { rasterBind, rasterBytes, rasterColumnPotentials, rasterMasses, rasterRowPotentials } from "./cells";
export { rasterCoarsen } from "./transform";
export { startBind, startBytes, startIterate, startRefine, startRound, startZero } from "./start";
export { rasterDual, rasterPhases, rasterPrimal, rasterRun } from "./run";
