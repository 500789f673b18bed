// The exports of the module `truncated`: entropic transport between point clouds by the pairs that matter.
export { heapBase } from "../memory";
export { aggregatesApply, aggregatesBuild } from "./aggregates";
export { boxesBuild, boxesFit, sideLogSums } from "./boxes";
export { cellsInit, cellsOpen, cellsRoom, cellsSums, cellsUsed } from "./cells";
export { conjugateAgain, conjugateInit, conjugateMove, conjugateStart, conjugateTurn } from "./conjugate";
export { farthest } from "./candidates";
export { productDouble, productSingle } from "./product";
export {
  sweepBegin, sweepCount, sweepOne, sweepPaid, sweepPairs, sweepRowError, sweepRows, sweepSides,
} from "./sweep";
