// The exports of the module `entropic`: every kernel of the entropic solvers.
export { heapBase } from "../memory";
export {
  batchA, batchB, batchBegin, batchClear, batchCost, batchCosts, batchDoubles, batchEmpty, batchError, batchF, batchG, batchInit,
  batchIterate, batchMeasure, batchR, batchState,
} from "./batch";
export { costMatrix, costPoints, costProducts } from "./costs";
export { factorMoments } from "./lowRank";
export { exp2All } from "./exp2";
export { extendGradients, extendInit, extendMeans, extendRows, extendTilt } from "./extend";
export { factorBytes, factorEdges, factorGraph, factorRun } from "./factor";
export { groupRows } from "./group";
export { keepBegin, keepColumns, keepCount, keepDoubles, keepEnd, keepFull, keepRows, keepSweep } from "./kept";
export {
  newtonAdvance, newtonBegin, newtonCurvature, newtonDirection, newtonDoubles, newtonGradient, newtonInit, newtonPrecondition, newtonProduct,
  newtonScale, newtonSlope,
} from "./newton";
export {
  log2All, penaltyBound, penaltyColumns, penaltyFill, penaltyFillRows, penaltyHeld, penaltyLogTotal, penaltyReach, penaltyRows, penaltyShift,
  penaltyStrength, penaltyTotal,
} from "./penalty";
export {
  sumsAnswer, sumsBegin, sumsColumns, sumsMeasure, sumsRows, sumsTotal, sumsUnreachable,
} from "./penaltySums";
export { separableAxis, separableScratch } from "./separable";
export { cellsLoad, cellsLog, cellsSplit } from "./separableCells";
export { linearAxis, linearLoad, linearLog, linearScratch } from "./separableLinear";
export { plainAxis } from "./separablePlain";
export { tableBuild, tableDoubles } from "./separableTable";
export {
  softminArray, softminDoubles, softminError, softminInit, softminScale, softminSplit, softminSums, softminUnreachable,
  softminUpdate,
} from "./softmin";
export {
  sweepA, sweepB, sweepBegin, sweepC, sweepColumnError, sweepColumns, sweepCost, sweepDoubles, sweepEmptyRows, sweepF, sweepG,
  sweepInit, sweepLargest, sweepLargestCost, sweepLogA, sweepLogB, sweepLogs, sweepMeasure, sweepMoved, sweepPeaks, sweepPeaksBegin, sweepPeaksEnd, sweepR,
  sweepRowError, sweepRows, sweepScale, sweepUnreachable,
} from "./sweep";
