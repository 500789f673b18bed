// The exports of the module `entropic`: every kernel of the entropic solvers.
export { heapBase } from "../memory";
export { costMatrix, costPoints } from "./costs";
export { exp2All } from "./exp2";
export { keepBegin, keepColumns, keepCount, keepFull, keepRows, keepSweep } from "./kept";
export {
  sweepA, sweepB, sweepBegin, sweepC, sweepColumnError, sweepColumns, sweepCost, sweepDoubles, sweepEmptyRows, sweepF, sweepG,
  sweepInit, sweepLargest, sweepLargestCost, sweepLogs, sweepMeasure, sweepPeaks, sweepPeaksBegin, sweepPeaksEnd, sweepR,
  sweepRowError, sweepRows, sweepScale, sweepUnreachable,
} from "./sweep";
