// The exports of the module `exact`: every kernel of the exact solvers.
export { heapBase } from "../memory";
export { cloudBuild, cloudRefresh } from "./boxes";
export { pointsCost, pointsGround } from "./points";
export { pointsArcsCost, pointsArcsCount, pointsArcsFill } from "./pointsArcs";
export { pointsSearch } from "./pointsSearch";
export {
  assignmentArcsAugment,
  assignmentArcsRepair,
  assignmentArcsStuck,
  assignmentArcsStuckCount,
} from "./assignmentArcs";
export {
  assignmentAuctionBid,
  assignmentAuctionInit,
  assignmentAuctionOpen,
  assignmentAuctionScan,
} from "./assignmentAuction";
export { assignmentArcsAuction } from "./assignmentBids";
export { assignmentDenseColumnMin, assignmentDenseExtend, assignmentDenseLeast } from "./assignmentDense";
export {
  assignmentArcsBytes,
  assignmentArcsFree,
  assignmentArcsInit,
  assignmentArcsReduce,
  assignmentArcsRelease,
  assignmentArcsSpread,
} from "./assignmentGraph";
export {
  assignmentRowsAugment,
  assignmentRowsInit,
  assignmentRowsNext,
  assignmentRowsReduce,
  assignmentRowsTree,
  assignmentRowsTreeCount,
} from "./assignmentRows";
export { arcsBind, arcsBytes, arcsPhase, arcsPivots, arcsReduce, arcsRun, arcsSettle } from "./arcs";
export { denseBind, denseBytes, denseExtend, denseList, denseReduce, denseRun, denseSample, denseViolated } from "./dense";
export { greedy, greedyBytes } from "./greedy";
export { feasibleBind, feasibleBytes, feasibleRun } from "./feasible";
export { largestMagnitude, scaleBy } from "./rows";
export {
  treeBind, treeBuild, treeBytes, treeCosts, treeFlows, treeParents, treePhase, treePotentials, treeReprice, treeThreads,
} from "./tree";
export { crossover } from "./crossover";
export { scalingPhase, scalingRun } from "./scaling";
export { scalingBytes, scalingDeficit, scalingExcess, scalingInit, scalingLoad } from "./scalingState";
