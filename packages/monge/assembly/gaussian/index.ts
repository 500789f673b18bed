// The exports of the module `gaussian`: squared Bures-Wasserstein distances, and nearest centres under them.
export { heapBase } from "../memory";
export { assignNear, assignOpen, nearestAll, neighbours } from "./assign";
export { distanceRow, distanceScratch } from "./distance";
export { divergenceNear } from "./divergence";
